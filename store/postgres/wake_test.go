package postgres_test

import (
	"context"
	"testing"
	"time"

	"notewire/store"
	"notewire/store/feed"
	"notewire/store/postgres"
)

// startWakes lets the wakes of one node run until the test ends.
func startWakes(tb testing.TB, db feedDB, r *reading) *postgres.Wakes {
	tb.Helper()
	w := db.NewWakes(postgres.WakesConfig{Wake: r.Wake, Recheck: r.Recheck, RetryMax: 50 * time.Millisecond})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	tb.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			tb.Errorf("Run: %v", err)
		}
	})
	return w
}

func TestNodesWakeEachOther(t *testing.T) {
	a := openFeedDB(t)
	b := openFeedURL(t, a.url)
	ra, rb := startReader(t, feed.Config{Source: a, Poll: time.Hour}), startReader(t, feed.Config{Source: b, Poll: time.Hour})
	wa, wb := startWakes(t, a, ra), startWakes(t, b, rb)
	eventually(t, "LISTEN on both", func() bool { return wa.Stats().Listening && wb.Stats().Listening })

	first := insert(t, a.raw)
	ra.Wake()
	wa.Notify()
	ra.untilIDs(first)
	rb.untilIDs(first)
	second := insert(t, b.raw)
	rb.Wake()
	wb.Notify()
	ra.untilIDs(first, second)
	rb.untilIDs(first, second)
	// Notifications come in order, so a's own one has come as well by now.
	if got := wa.Stats().Received; got != 1 {
		t.Errorf("a node was woken %d times by the other, want 1", got)
	}
}

// A node whose API has no connection left tells the others all the same.
func TestNotifyBesideFullPool(t *testing.T) {
	a := openFeedDB(t)
	b := openFeedURL(t, a.url)
	ra, rb := startReader(t, feed.Config{Source: a, Poll: time.Hour}), startReader(t, feed.Config{Source: b, Poll: time.Hour})
	wa, wb := startWakes(t, a, ra), startWakes(t, b, rb)
	eventually(t, "LISTEN", func() bool { return wb.Stats().Listening })
	for range a.MaxConns() {
		rows, err := a.Querier().Query(t.Context(), "SELECT 1")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
	}
	id := insert(t, a.raw)
	wa.Notify()
	rb.untilIDs(id)
}

func TestForeignWriterWakes(t *testing.T) {
	db := openFeedDB(t)
	r := startReader(t, feed.Config{Source: db, Poll: time.Hour})
	w := startWakes(t, db, r)
	eventually(t, "LISTEN", func() bool { return w.Stats().Listening })
	if _, err := db.raw.Exec(t.Context(), `SELECT notewire_append_event('broadcast', 'emojiAdded', '{"emoji":{}}')`); err != nil {
		t.Fatal(err)
	}
	r.until("the foreign event", func(got []store.Event, _ []feed.GapReason) bool {
		return len(got) == 1 && got[0].Type == "emojiAdded" && string(got[0].Body) == `{"emoji":{}}`
	})
}

func TestListenRecovers(t *testing.T) {
	db := openFeedDB(t)
	r := startReader(t, feed.Config{Source: db, Poll: time.Hour})
	w := startWakes(t, db, r)
	for connects := uint64(1); connects <= 3; connects++ {
		eventually(t, "LISTEN", func() bool { return w.Stats().Listening && w.Stats().Connects == connects })
		id := insert(t, db.raw)
		if _, err := db.raw.Exec(t.Context(), "NOTIFY notewire_event"); err != nil {
			t.Fatal(err)
		}
		r.until("a notified event", func(got []store.Event, _ []feed.GapReason) bool { return len(got) > 0 && got[len(got)-1].ID == id })
		// What nobody has told of is found after the next LISTEN.
		id = insert(t, db.raw)
		_, err := db.raw.Exec(t.Context(), `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
			WHERE application_name = 'notewire listen' AND datname = current_database()`)
		if err != nil {
			t.Fatal(err)
		}
		r.until("an event without a notification", func(got []store.Event, _ []feed.GapReason) bool { return got[len(got)-1].ID == id })
	}
	if s := w.Stats(); s.Failures < 3 {
		t.Errorf("stats %+v", s)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.gaps) > 0 {
		t.Errorf("gaps %v in a log that is the same", r.gaps)
	}
}

// A connection that is silent is pinged and stays.
func TestListenIdle(t *testing.T) {
	db := openFeedDB(t)
	r := startReader(t, feed.Config{Source: db, Poll: time.Hour})
	w := db.NewWakes(postgres.WakesConfig{Wake: r.Wake, Recheck: r.Recheck, PingEvery: 2 * time.Millisecond})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	eventually(t, "LISTEN", func() bool { return w.Stats().Listening })
	pinged := func() (ok bool) {
		err := db.raw.QueryRow(t.Context(), `SELECT coalesce(bool_or(query ILIKE '%ping%'), false) FROM pg_stat_activity
			WHERE application_name = 'notewire listen' AND datname = current_database()`).Scan(&ok)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	eventually(t, "a ping", pinged)
	id := insert(t, db.raw)
	if _, err := db.raw.Exec(t.Context(), "NOTIFY notewire_event"); err != nil {
		t.Fatal(err)
	}
	r.untilIDs(id)
	if s := w.Stats(); s.Connects != 1 || s.Failures != 0 || !s.Listening {
		t.Errorf("stats %+v", s)
	}
}
