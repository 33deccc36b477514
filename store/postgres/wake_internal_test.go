package postgres

import (
	"context"
	"log/slog"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"notewire/store/postgres/pgtest"
)

// Wakes that come while a NOTIFY is under way make exactly one more follow.
func TestNotifyCoalesces(t *testing.T) {
	db, err := Open(t.Context(), pgtest.Shared(t).NewDatabase(t).URL, Options{MaxConns: 1, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	w := db.NewWakes(WakesConfig{Wake: func() {}, Recheck: func() {}})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})

	held, err := db.pool.Acquire(ctx) // now a NOTIFY cannot end
	if err != nil {
		t.Fatal(err)
	}
	go func() { w.notify(ctx); close(done) }()
	w.Notify()
	for len(w.pending) > 0 { // until it has begun
		runtime.Gosched()
	}
	for range 5 {
		w.Notify()
	}
	held.Release()
	for w.Stats().Notified < 2 {
		runtime.Gosched()
	}
	if len(w.pending) > 0 {
		t.Error("a third NOTIFY is owed")
	}
	cancel()
	<-done
	if s := w.Stats(); s.Notified != 2 || s.NotifyErrors != 0 {
		t.Errorf("stats %+v, want 2 notified", s)
	}
}

// NOTIFYs get rarer while commits come close together, and one always follows
// the last commit.
func TestNotifiesDriftApartUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := new(DB).NewWakes(WakesConfig{Wake: func() {}, Recheck: func() {}})
		var sent []time.Time
		w.send = func(context.Context) error {
			sent = append(sent, time.Now())
			return nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { w.notify(ctx); close(done) }()

		for range 20 { // as on a quiet server: each is told at once
			time.Sleep(50 * time.Millisecond)
			w.Notify()
			at := time.Now()
			synctest.Wait()
			if last := sent[len(sent)-1]; !last.Equal(at) {
				t.Errorf("told after %v", time.Since(last))
			}
		}
		synctest.Wait()
		before := len(sent)
		var last time.Time
		for range 10_000 { // in a second
			time.Sleep(100 * time.Microsecond)
			last = time.Now()
			w.Notify()
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if n := len(sent) - before; n < 100 || n > 106 {
			t.Errorf("told %d times in a second of load, want each 10 ms", n)
		}
		if d := sent[len(sent)-1].Sub(last); d < 0 || d > 10*time.Millisecond {
			t.Errorf("the last NOTIFY came %v after the last commit", d)
		}
		cancel()
		<-done
	})
}
