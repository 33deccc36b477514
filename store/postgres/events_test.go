package postgres_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"notewire/store"
	"notewire/store/feed"
	"notewire/store/postgres"
	"notewire/store/postgres/pgtest"
	"notewire/store/relational"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

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

func TestEventAsWritten(t *testing.T) {
	db := openFeedDB(t)
	r := startReader(t, feed.Config{Source: db})
	db.OnCommit(r.Wake)
	err := db.InTx(t.Context(), func(ctx context.Context, tx *relational.Tx) error {
		return tx.AppendEvents(ctx,
			store.NewEvent{Topic: "notesStream", Type: "note", Body: json.RawMessage(`{"id":"ü"}`), Facts: json.RawMessage(`{"id":"1"}`)},
			store.NewEvent{Topic: "broadcast", Type: "empty"})
	})
	if err != nil {
		t.Fatal(err)
	}
	r.untilIDs(1, 2)
	first, second := r.got[0], r.got[1]
	if first.Topic != "notesStream" || first.Type != "note" || string(first.Body) != `{"id":"ü"}` || string(first.Facts) != `{"id":"1"}` ||
		first.At.IsZero() || first.At.Location() != time.UTC {
		t.Errorf("first event: %+v", first)
	}
	if string(second.Body) != "null" || second.Facts != nil {
		t.Errorf("second event: %+v", second)
	}
}

func TestConcurrentWriters(t *testing.T) {
	const writers, transactions = 16, 100
	db := openFeedDB(t)
	// Small batches, so that late events meet limits too.
	r := startReader(t, feed.Config{Source: db, Batch: 50})

	var (
		wg        sync.WaitGroup
		mu        sync.Mutex
		committed = map[int64]bool{}
	)
	for writer := range writers {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(uint64(writer), 7))
			for range transactions {
				tx, err := db.raw.Begin(context.Background())
				if err != nil {
					t.Error(err)
					return
				}
				var id int64
				err = tx.QueryRow(context.Background(),
					`INSERT INTO event (at, topic, type, body) VALUES (0, 't', $1, '{}') RETURNING id`, strconv.Itoa(writer)).Scan(&id)
				if err != nil {
					t.Error(err)
					return
				}
				if random.IntN(20) == 0 {
					time.Sleep(30 * time.Millisecond)
				}
				if random.IntN(10) == 0 {
					_ = tx.Rollback(context.Background())
					continue
				}
				// Noted before the commit, since the reader may be faster.
				mu.Lock()
				committed[id] = true
				mu.Unlock()
				if err := tx.Commit(context.Background()); err != nil {
					t.Error(err)
				}
				r.Wake()
			}
		})
	}
	wg.Wait()
	r.until("all committed events", func(got []store.Event, _ []feed.GapReason) bool { return len(got) >= len(committed) })
	eventually(t, "giving up the ids of transactions that were rolled back", func() bool { return r.Stats().Skipped == 0 })

	r.mu.Lock()
	defer r.mu.Unlock()
	seen := map[int64]bool{}
	last := map[string]int64{}
	for _, ev := range r.got {
		if !committed[ev.ID] || seen[ev.ID] {
			t.Errorf("event %d: committed %v, handed out before %v", ev.ID, committed[ev.ID], seen[ev.ID])
		}
		seen[ev.ID] = true
		// A writer's transactions come one after the other.
		if ev.ID < last[ev.Type] {
			t.Errorf("writer %s: event %d after %d", ev.Type, ev.ID, last[ev.Type])
		}
		last[ev.Type] = ev.ID
	}
	s := r.Stats()
	t.Logf("%d committed, %d handed out, %d late, %d given up, %d horizons, %d reads", len(committed), len(r.got), s.Late, s.GivenUp, s.Horizons, s.Reads)
	if len(seen) != len(committed) || len(r.gaps) > 0 || s.Late == 0 || s.GivenUp == 0 {
		t.Errorf("%d of %d read, gaps %v, stats %+v", len(seen), len(committed), r.gaps, s)
	}
}

// cursorOnly is the near miss "id > cursor".
type cursorOnly struct{ *postgres.DB }

func (s cursorOnly) Read(ctx context.Context, after int64, _ []feed.Range, limit int) (feed.Read, error) {
	return s.DB.Read(ctx, after, nil, limit)
}

// snapshotXmax is the near miss of the snapshot's end as the horizon.
type snapshotXmax struct{ feedDB }

func (s snapshotXmax) Horizon(ctx context.Context) (h uint64, err error) {
	err = s.raw.QueryRow(ctx, "SELECT pg_snapshot_xmax(pg_current_snapshot())::TEXT::BIGINT").Scan(&h)
	return h, err
}

// TestNearMisses runs one history against the real source and against two
// faulty ones. The transaction that draws the lower event id has the higher
// transaction id and commits last.
func TestNearMisses(t *testing.T) {
	db := openFeedDB(t)
	for _, test := range []struct {
		name   string
		source feed.Source
		loses  bool
	}{
		{"the real one", db, false},
		{"id > cursor", cursorOnly{db.DB}, true},
		{"the snapshot's xmax as the horizon", snapshotXmax{db}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			// The history can miss if the server itself ends a transaction in
			// between (autovacuum), hence more than one try for the faulty.
			lost := false
			for range 5 {
				lost = lateAndLost(t, db, test.source)
				if lost == test.loses {
					break
				}
			}
			if lost != test.loses {
				t.Errorf("lost an event: %v, want %v", lost, test.loses)
			}
		})
	}
}

func lateAndLost(t *testing.T, db feedDB, source feed.Source) (lost bool) {
	t.Helper()
	r := newReading(t, feed.Config{Source: source, Poll: 10 * time.Millisecond})
	early, late := begin(t, db.raw), begin(t, db.raw)
	for _, tx := range []pgx.Tx{early, late} {
		if _, err := tx.Exec(t.Context(), "SELECT pg_current_xact_id()"); err != nil {
			t.Fatal(err)
		}
	}
	lateID, earlyID := insert(t, late), insert(t, early)
	commit(t, early)
	before := r.Stats()
	r.run()
	r.until("the first event", func(got []store.Event, _ []feed.GapReason) bool { return len(got) == 1 && got[0].ID == earlyID })
	// Two reads after a horizon: a faulty one has given up by then.
	eventually(t, "a horizon", func() bool { return r.Stats().Horizons > before.Horizons })
	reads := r.Stats().Reads
	eventually(t, "two more reads", func() bool { return r.Stats().Reads >= reads+2 })
	commit(t, late)
	lastID := insert(t, db.raw)
	r.until("the last event", func(got []store.Event, _ []feed.GapReason) bool { return len(got) > 0 && got[len(got)-1].ID == lastID })
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, ev := range r.got {
		if ev.ID == lateID {
			return false
		}
	}
	return true
}

func TestOpenAcrossStart(t *testing.T) {
	db := openFeedDB(t)
	first, second := begin(t, db.raw), begin(t, db.raw)
	firstID := insert(t, first)
	insert(t, db.raw)
	secondID := insert(t, second)
	insert(t, db.raw)
	r := startReader(t, feed.Config{Source: db, Poll: time.Hour})
	if s := r.Stats(); s.Skipped != 2 || s.Highest != 4 {
		t.Fatalf("at the start %+v", s)
	}
	commit(t, second)
	r.Wake()
	r.untilIDs(secondID)
	commit(t, first)
	r.Wake()
	r.untilIDs(secondID, firstID)
}

func TestHead(t *testing.T) {
	db := openFeedDB(t)
	check := func(want string) {
		t.Helper()
		h, err := db.Head(t.Context())
		if got := fmt.Sprint(h); err != nil || got != want {
			t.Errorf("head %s, want %s; %v", got, want, err)
		}
	}
	check("{0 [] 0}")
	for range 9 {
		insert(t, db.raw)
	}
	if _, err := db.raw.Exec(t.Context(), "DELETE FROM event WHERE id IN (1, 2, 5, 7, 8)"); err != nil {
		t.Fatal(err)
	}
	check("{9 [{1 2} {5 5} {7 8}] 0}")
	if _, err := db.raw.Exec(t.Context(), "UPDATE event_pruned SET through = 2"); err != nil {
		t.Fatal(err)
	}
	check("{9 [{5 5} {7 8}] 2}")
	if _, err := db.raw.Exec(t.Context(), "DELETE FROM event; UPDATE event_pruned SET through = 9"); err != nil {
		t.Fatal(err)
	}
	check("{9 [] 9}")
}

func TestHeadWindow(t *testing.T) {
	db := openFeedDB(t)
	// Ids 1 … 10 are outside of the window of the newest, and missing.
	_, err := db.raw.Exec(t.Context(), `
		INSERT INTO event (id, at, topic, type, body) SELECT i, 0, 't', 't', '{}' FROM generate_series(11, 10 + $1) AS i`, feed.HeadWindow+5)
	if err != nil {
		t.Fatal(err)
	}
	if h, err := db.Head(t.Context()); err != nil || len(h.Missing) != 0 || h.Highest != feed.HeadWindow+15 {
		t.Errorf("head %+v, %v", h, err)
	}
}

func TestReadUsesTheIndex(t *testing.T) {
	db := openFeedDB(t)
	_, err := db.raw.Exec(t.Context(), `
		INSERT INTO event (at, topic, type, body) SELECT 0, 't', 't', repeat('x', 1000) FROM generate_series(1, 20000);`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.raw.Exec(t.Context(), "ANALYZE event"); err != nil {
		t.Fatal(err)
	}
	rows, err := db.raw.Query(t.Context(), "EXPLAIN "+postgres.ReadEvents, 10, []int64{3, 7}, []int64{3, 9}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(plan, "\n")
	if strings.Contains(text, "Seq Scan on event") && !strings.Contains(text, "Seq Scan on event_pruned") || strings.Count(text, "event_pkey") != 2 {
		t.Errorf("the index is not used by both branches:\n%s", text)
	}
}

func TestBackwards(t *testing.T) {
	db := openFeedDB(t)
	for range 5 {
		insert(t, db.raw)
	}
	r := startReader(t, feed.Config{Source: db, Poll: time.Hour})
	r.Recheck() // nothing has happened: no gap
	id := insert(t, db.raw)
	r.Recheck()
	r.untilIDs(id)
	// As after a restore of an older state.
	if _, err := db.raw.Exec(t.Context(), "DELETE FROM event WHERE id > 3; SELECT setval('event_id_seq', 3)"); err != nil {
		t.Fatal(err)
	}
	r.Recheck()
	r.until("a gap", func(_ []store.Event, gaps []feed.GapReason) bool {
		return len(gaps) == 1 && gaps[0] == feed.GapBackwards
	})
	id = insert(t, db.raw)
	r.Wake()
	r.until("an id given out anew", func(got []store.Event, _ []feed.GapReason) bool { return len(got) == 2 && got[1].ID == id && id == 4 })
}

// A server that crashes and comes back loses nothing, and its log is the same
// although a crash makes the sequence jump.
func TestServerCrash(t *testing.T) {
	cluster, err := pgtest.Start(t.Context(), pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Close(); err != nil {
			t.Error(err)
		}
	})
	created, err := cluster.CreateDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	db := openFeedURL(t, created.URL)
	r := startReader(t, feed.Config{Source: db, Poll: 20 * time.Millisecond})
	w := startWakes(t, db, r)
	eventually(t, "LISTEN", func() bool { return w.Stats().Listening })
	want := []int64{insert(t, db.raw), insert(t, db.raw)}
	open := begin(t, db.raw)
	insert(t, open)
	want = append(want, insert(t, db.raw))
	r.untilIDs(want...)
	if err := cluster.Kill(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a failed read", func() bool { return r.Stats().Failing })
	if err := cluster.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	_ = open.Rollback(t.Context()) // gives the dead connection back
	db.raw.Reset()
	want = append(want, insert(t, db.raw), insert(t, db.raw))
	r.untilIDs(want...)
	eventually(t, "LISTEN after the crash", func() bool { return w.Stats().Listening && w.Stats().Connects == 2 })
	eventually(t, "giving up what the crash has ended", func() bool { return r.Stats().Skipped == 0 })
}

var errRollback = errors.New("rolled back on purpose")

func TestRolledBack(t *testing.T) {
	db := openFeedDB(t)
	r := startReader(t, feed.Config{Source: db, Poll: time.Hour})
	db.OnCommit(r.Wake)
	append1 := func(fail error) {
		err := db.InTx(t.Context(), func(ctx context.Context, tx *relational.Tx) error {
			if err := tx.AppendEvents(ctx, store.NewEvent{Topic: "t", Type: "t"}); err != nil {
				return err
			}
			return fail
		})
		if !errors.Is(err, fail) {
			t.Fatal(err)
		}
	}
	append1(errRollback)
	append1(nil)
	r.untilIDs(1) // ids are drawn at the end, so nothing was skipped
}
