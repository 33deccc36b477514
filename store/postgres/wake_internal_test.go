package postgres

import (
	"context"
	"log/slog"
	"runtime"
	"testing"

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
