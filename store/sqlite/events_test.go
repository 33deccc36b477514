package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"notewire/store"
	"notewire/store/feed"
	"notewire/store/relational"
	"notewire/store/sqlite"
)

func openFeedFile(t *testing.T, path string) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

func openFeedDB(t *testing.T) *sqlite.DB {
	t.Helper()
	return openFeedFile(t, filepath.Join(t.TempDir(), "feed.db"))
}

// addEvent appends one event in a transaction that ends with the given error.
func addEvent(t *testing.T, db *sqlite.DB, fail error) {
	t.Helper()
	err := db.InTx(t.Context(), func(ctx context.Context, tx *relational.Tx) error {
		return errors.Join(tx.AppendEvents(ctx, store.NewEvent{Topic: "t", Type: "t", Body: []byte(`{"a":1}`)}), fail)
	})
	if !errors.Is(err, fail) {
		t.Fatal(err)
	}
}

// reading is a reader and a queue of what it hands out: ids, and 0 for a gap.
type reading struct {
	*feed.Reader
	out chan int64
}

func newReading(t *testing.T, db *sqlite.DB) *reading {
	t.Helper()
	r := &reading{
		Reader: feed.NewReader(feed.Config{Source: db, Poll: time.Hour, Logger: slog.New(slog.DiscardHandler)}),
		out:    make(chan int64, 10_000),
	}
	if _, err := r.Init(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

// run runs something until the test ends.
func run(t *testing.T, f func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func (r *reading) start(t *testing.T) {
	t.Helper()
	run(t, func(ctx context.Context) error {
		return r.Run(ctx, func(_ context.Context, b feed.Batch) error {
			if b.Gap != nil {
				r.out <- 0
			}
			for _, ev := range b.Events {
				r.out <- ev.ID
			}
			return nil
		})
	})
}

func (r *reading) want(t *testing.T, ids ...int64) {
	t.Helper()
	for _, id := range ids {
		select {
		case got := <-r.out:
			if got != id {
				t.Fatalf("got event %d, want %d (0 is a gap)", got, id)
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("event %d (0 is a gap) did not come", id)
		}
	}
}

func TestFeed(t *testing.T) {
	db := openFeedDB(t)
	addEvent(t, db, nil) // before the start
	r := newReading(t, db)
	r.start(t)
	db.OnCommit(r.Wake)
	addEvent(t, db, nil)
	addEvent(t, db, errors.New("rolled back on purpose"))
	addEvent(t, db, nil)
	r.want(t, 2, 3)

	got, err := db.Read(t.Context(), 2, nil, 10)
	if err != nil || len(got.Events) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	ev := got.Events[0]
	if ev.ID != 3 || ev.Topic != "t" || ev.Type != "t" || string(ev.Body) != `{"a":1}` || ev.Facts != nil || time.Since(ev.At) > time.Hour || ev.At.Location() != time.UTC {
		t.Errorf("event %+v", ev)
	}
}

func TestFeedOfConcurrentWriters(t *testing.T) {
	const writers, each = 8, 50
	db := openFeedDB(t)
	r := newReading(t, db)
	r.start(t)
	db.OnCommit(r.Wake)
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range each {
				addEvent(t, db, nil)
			}
		})
	}
	wg.Wait()
	for id := int64(1); id <= writers*each; id++ {
		r.want(t, id)
	}
	if s := r.Stats(); s.Skipped != 0 || s.Late != 0 || s.GivenUp != 0 {
		t.Errorf("SQLite's ids have no gaps: %+v", s)
	}
}

// Another connection to the file stands for another process.
func TestOtherProcessWakes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "feed.db")
	db, other := openFeedFile(t, path), openFeedFile(t, path)
	r := newReading(t, db)
	r.start(t)
	watching := make(chan struct{})
	w := db.NewWakes(sqlite.WakesConfig{Wake: r.Wake, Recheck: func() { r.Recheck(); close(watching) }, Every: time.Millisecond})
	run(t, w.Run)
	<-watching
	for id := int64(1); id <= 3; id++ {
		addEvent(t, other, nil)
		r.want(t, id)
	}
	if s := w.Stats(); !s.Watching || s.Changes == 0 || s.Failures != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestPrune(t *testing.T) {
	db := openFeedDB(t)
	behind, ahead := newReading(t, db), newReading(t, db)
	ahead.start(t)
	db.OnCommit(ahead.Wake)
	for range 10 {
		addEvent(t, db, nil)
	}
	ahead.want(t, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
	for _, test := range []struct{ aged, pruned int64 }{{0, 0}, {7, 7}, {7, 0}, {10, 3}} {
		if _, err := db.Querier().Exec(t.Context(), "UPDATE event SET at = 0 WHERE id <= $1", test.aged); err != nil {
			t.Fatal(err)
		}
		n, err := db.Prune(t.Context(), time.Hour, 3)
		read, readErr := db.Read(t.Context(), 0, nil, 100)
		if err := errors.Join(err, readErr); err != nil || n != test.pruned || read.PrunedThrough != test.aged || len(read.Events) != int(10-test.aged) {
			t.Errorf("aged %d: pruned %d, left %+v, %v", test.aged, n, read, err)
		}
	}
	if h, err := db.Head(t.Context()); err != nil || fmt.Sprint(h) != "{10 [] 10}" {
		t.Errorf("head of an emptied log %+v, %v", h, err)
	}
	addEvent(t, db, nil) // ids go on
	ahead.want(t, 11)
	behind.start(t)
	behind.want(t, 0, 11)
}

func TestBackwards(t *testing.T) {
	db := openFeedDB(t)
	for range 5 {
		addEvent(t, db, nil)
	}
	r := newReading(t, db)
	r.start(t)
	db.OnCommit(r.Recheck)
	addEvent(t, db, nil)
	r.want(t, 6) // the same log: no gap
	// As after an older copy of the file was put back.
	for _, sql := range []string{"DELETE FROM event WHERE id > 2", "UPDATE sqlite_sequence SET seq = 2 WHERE name = 'event'"} {
		if _, err := db.Querier().Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	r.Recheck()
	r.want(t, 0)
	addEvent(t, db, nil)
	r.want(t, 3)
}
