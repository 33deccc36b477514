package postgres_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"notewire/store"
	"notewire/store/feed"
	"notewire/store/postgres"
	"notewire/store/postgres/pgtest"
)

var quiet = slog.New(slog.DiscardHandler)

// feedDB is a migrated database, and a pool beside it for what its users would
// not do.
type feedDB struct {
	*postgres.DB
	url string
	raw *pgxpool.Pool
}

func openFeedDB(tb testing.TB) feedDB {
	tb.Helper()
	return openFeedURL(tb, pgtest.Shared(tb).NewDatabase(tb).URL)
}

func openFeedURL(tb testing.TB, url string) feedDB {
	tb.Helper()
	db, err := postgres.Open(tb.Context(), url, postgres.Options{Logger: quiet})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		tb.Fatal(err)
	}
	cfg.MaxConns = 40
	raw, err := pgxpool.NewWithConfig(tb.Context(), cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(raw.Close)
	return feedDB{DB: db, url: url, raw: raw}
}

// insert adds an event in a statement's way and answers its id.
func insert(tb testing.TB, q interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}) (id int64) {
	tb.Helper()
	err := q.QueryRow(tb.Context(), `INSERT INTO event (at, topic, type, body) VALUES ($1, 'broadcast', 'test', '{"a":1}') RETURNING id`,
		time.Now().UnixMilli()).Scan(&id)
	if err != nil {
		tb.Fatal(err)
	}
	return id
}

func begin(tb testing.TB, pool *pgxpool.Pool) pgx.Tx {
	tb.Helper()
	tx, err := pool.Begin(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return tx
}

func commit(tb testing.TB, tx pgx.Tx) {
	tb.Helper()
	if err := tx.Commit(tb.Context()); err != nil {
		tb.Fatal(err)
	}
}

// reading is a reader that runs, and what it has handed out.
type reading struct {
	*feed.Reader
	tb testing.TB

	mu      sync.Mutex
	got     []store.Event
	gaps    []feed.GapReason
	changed chan struct{} // closed and replaced with every batch
}

// startReader makes a reader, initialises it and lets it run until the test
// ends.
func startReader(tb testing.TB, cfg feed.Config) *reading {
	tb.Helper()
	r := newReading(tb, cfg)
	r.run()
	return r
}

func newReading(tb testing.TB, cfg feed.Config) *reading {
	tb.Helper()
	cfg.Logger = quiet
	r := &reading{Reader: feed.NewReader(cfg), tb: tb, changed: make(chan struct{})}
	if _, err := r.Init(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return r
}

func (r *reading) run() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- r.Run(ctx, func(_ context.Context, b feed.Batch) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			if b.Gap != nil {
				r.gaps = append(r.gaps, b.Gap.Reason)
			}
			r.got = append(r.got, b.Events...)
			close(r.changed)
			r.changed = make(chan struct{})
			return nil
		})
	}()
	r.tb.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			r.tb.Errorf("Run: %v", err)
		}
	})
}

// until waits until what was handed out satisfies done.
func (r *reading) until(what string, done func(got []store.Event, gaps []feed.GapReason) bool) {
	r.tb.Helper()
	deadline := time.After(30 * time.Second)
	for {
		r.mu.Lock()
		ok, changed := done(r.got, r.gaps), r.changed
		r.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			r.mu.Lock()
			defer r.mu.Unlock()
			r.tb.Fatalf("%s: did not come; got %d events, gaps %v, stats %+v", what, len(r.got), r.gaps, r.Stats())
		}
	}
}

func (r *reading) untilIDs(want ...int64) {
	r.tb.Helper()
	r.until(fmt.Sprint("events ", want), func(got []store.Event, _ []feed.GapReason) bool { return len(got) >= len(want) })
	r.mu.Lock()
	defer r.mu.Unlock()
	var ids []int64
	for _, ev := range r.got {
		ids = append(ids, ev.ID)
	}
	if fmt.Sprint(ids) != fmt.Sprint(want) || len(r.gaps) > 0 {
		r.tb.Fatalf("got events %v and gaps %v, want events %v", ids, r.gaps, want)
	}
}

// eventually waits for something that nobody signals.
func eventually(tb testing.TB, what string, done func() bool) {
	tb.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			tb.Fatalf("%s: did not happen", what)
		}
	}
}
