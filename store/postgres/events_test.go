package postgres_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"notewire/store"
	"notewire/store/feed"
	"notewire/store/postgres"
	"notewire/store/postgres/pgtest"
	"notewire/store/relational"
)

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
	for _, row := range []struct {
		statement string
		args      []any
		branches  int
	}{
		{postgres.ReadEvents, []any{10, 1000, []int64{3, 7}, []int64{3, 9}}, 2},
		{postgres.ReadNewEvents, []any{10, 1000}, 1},
	} {
		rows, err := db.raw.Query(t.Context(), "EXPLAIN "+row.statement, row.args...)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(plan, "\n")
		if strings.Contains(text, "Seq Scan on event") && !strings.Contains(text, "Seq Scan on event_pruned") ||
			strings.Count(text, "event_pkey") != row.branches {
			t.Errorf("the index is not used by each of %d branches:\n%s", row.branches, text)
		}
	}
}

// What was read stays as it is when more is read, in whatever form the server
// sends it.
func TestReadKeepsNothingOfTheConnection(t *testing.T) {
	db := openFeedDB(t)
	want := []store.Event{
		{ID: 1, Topic: "notesStream", Type: "note", Body: json.RawMessage(`{"id":"1"}`), Facts: json.RawMessage(`{"f":1}`)},
		{ID: 2, Topic: "notesStream", Type: "note", Body: json.RawMessage(`{"id":"2","text":"longer"}`)},
		{ID: 3, Topic: "mainStream:a", Type: "reply", Body: json.RawMessage(`null`), Facts: json.RawMessage(``)},
		{ID: 4, Topic: "mainStream:a", Type: "mention", Body: json.RawMessage(`{"ü":"` + strings.Repeat("ü", 5000) + `"}`), Facts: json.RawMessage(`{}`)},
		{ID: 5, Topic: "broadcast", Type: "mention", Body: json.RawMessage(`{}`)},
	}
	for i := range want {
		want[i].At = time.UnixMilli(int64(1000 + i)).UTC()
		e := want[i]
		var facts *string
		if e.Facts != nil {
			s := string(e.Facts)
			facts = &s
		}
		if _, err := db.raw.Exec(t.Context(), `INSERT INTO event (id, at, topic, type, body, facts) VALUES ($1, $2, $3, $4, $5, $6)`,
			e.ID, e.At.UnixMilli(), e.Topic, e.Type, string(e.Body), facts); err != nil {
			t.Fatal(err)
		}
	}
	for _, mode := range []string{"cache_statement", "exec", "simple_protocol"} {
		other := openFeedURL(t, db.url+"&default_query_exec_mode="+mode)
		for _, row := range []struct {
			after   int64
			skipped []feed.Range
		}{{0, nil}, {2, []feed.Range{{First: 1, Last: 2}}}, {5, []feed.Range{{First: 1, Last: 1}, {First: 2, Last: 5}}}} {
			read, err := other.Read(t.Context(), row.after, row.skipped, 10)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := other.Read(t.Context(), 3, nil, 10); err != nil {
				t.Fatal(err)
			}
			if read.Xmin == 0 || !reflect.DeepEqual(read.Events, want) {
				t.Errorf("%s, after %d and in %v: %+v", mode, row.after, row.skipped, read)
			}
		}
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
		return len(gaps) == 1 && gaps[0] == feed.GapOtherLog
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

// The reader's connection is its own, and made anew when it breaks.
func TestReaderReconnects(t *testing.T) {
	db := openFeedDB(t)
	r := startReader(t, feed.Config{Source: db, Poll: 5 * time.Millisecond})
	var want []int64
	for range 3 {
		want = append(want, insert(t, db.raw))
		r.untilIDs(want...)
		var ended int
		if err := db.raw.QueryRow(t.Context(), `SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
			WHERE application_name = 'notewire feed' AND datname = current_database()`).Scan(&ended); err != nil || ended == 0 {
			t.Fatalf("%d connections were ended, %v", ended, err)
		}
	}
	want = append(want, insert(t, db.raw))
	r.untilIDs(want...)
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
