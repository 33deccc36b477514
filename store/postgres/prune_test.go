package postgres_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"notewire/store"
	"notewire/store/feed"
)

// age makes the events up to an id two hours old.
func age(t *testing.T, db feedDB, through int64) {
	t.Helper()
	_, err := db.raw.Exec(t.Context(), "UPDATE event SET at = $1 WHERE id <= $2", time.Now().Add(-2*time.Hour).UnixMilli(), through)
	if err != nil {
		t.Fatal(err)
	}
}

func remaining(t *testing.T, db feedDB) (n, through int64) {
	t.Helper()
	if err := db.raw.QueryRow(t.Context(), "SELECT (SELECT count(*) FROM event), through FROM event_pruned").Scan(&n, &through); err != nil {
		t.Fatal(err)
	}
	return n, through
}

func TestPrune(t *testing.T) {
	db := openFeedDB(t)
	behind, ahead := newReading(t, feed.Config{Source: db, Poll: time.Hour}), startReader(t, feed.Config{Source: db, Poll: time.Hour})
	for range 10 {
		insert(t, db.raw)
	}
	ahead.Wake()
	ahead.untilIDs(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)

	for _, test := range []struct{ aged, pruned, remaining, through int64 }{
		{0, 0, 10, 0},
		{7, 7, 3, 7}, // in batches of 3
		{7, 0, 3, 7},
		{10, 3, 0, 10},
	} {
		age(t, db, test.aged)
		pruned, err := db.Prune(t.Context(), time.Hour, 3)
		n, through := remaining(t, db)
		if err != nil || pruned != test.pruned || n != test.remaining || through != test.through {
			t.Errorf("aged %d: pruned %d, remaining %d, through %d, want %+v; %v", test.aged, pruned, n, through, test, err)
		}
	}

	id := insert(t, db.raw)
	ahead.Wake()
	ahead.untilIDs(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, id)
	behind.run()
	behind.until("a gap and then the next event", func(got []store.Event, gaps []feed.GapReason) bool {
		return len(gaps) == 1 && gaps[0] == feed.GapPruned && len(got) == 1 && got[0].ID == id
	})
}

// An event that is not committed yet keeps itself and all later ones.
func TestPruneWaitsForOpenTransactions(t *testing.T) {
	db := openFeedDB(t)
	open := begin(t, db.raw)
	late := insert(t, open)
	insert(t, db.raw)
	age(t, db, 2)
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if n, err := db.Prune(short, time.Hour, 10); n != 0 || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("pruned %d, %v", n, err)
	}
	if n, through := remaining(t, db); n != 1 || through != 0 {
		t.Errorf("remaining %d, through %d", n, through)
	}

	r := startReader(t, feed.Config{Source: db, Poll: time.Hour})
	commit(t, open)
	r.Wake()
	r.untilIDs(late)
	age(t, db, 2)
	if n, err := db.Prune(t.Context(), time.Hour, 10); n != 2 || err != nil {
		t.Errorf("pruned %d, %v", n, err)
	}
}

// Several nodes prune at the same time: each event goes once, nobody fails.
func TestPruneOnSeveralNodes(t *testing.T) {
	db := openFeedDB(t)
	const events = 500
	for range events {
		insert(t, db.raw)
	}
	age(t, db, events)
	var (
		wg     sync.WaitGroup
		pruned atomic.Int64
	)
	for range 4 {
		wg.Go(func() {
			n, err := db.Prune(context.Background(), time.Hour, 7)
			pruned.Add(n)
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	// Whoever met another one left it to that one, so somebody came to the end.
	if n, through := remaining(t, db); pruned.Load() != events || n != 0 || through != events {
		t.Errorf("pruned %d, remaining %d, through %d", pruned.Load(), n, through)
	}
}
