package streaming

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"notewire/store"
	"notewire/store/postgres"
	"notewire/store/postgres/pgtest"
	"notewire/store/relational"
)

// errRollback ends a transaction that is meant to be rolled back.
var errRollback = errors.New("rolled back on purpose")

// writeFunc writes the events in one transaction that takes its time between
// drawing ids and its end, and is committed or rolled back.
type writeFunc func(ctx context.Context, pause time.Duration, commit bool, events []store.NewEvent) error

func sqliteWorld(t *testing.T) (testLog, writeFunc) {
	db := openSQLite(t)
	return db, func(ctx context.Context, _ time.Duration, commit bool, events []store.NewEvent) error {
		err := db.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error {
			if err := tx.AppendEvents(ctx, events...); err != nil || commit {
				return err
			}
			return errRollback
		})
		if !commit && errors.Is(err, errRollback) {
			return nil
		}
		return err
	}
}

func postgresWorld(t *testing.T) (testLog, writeFunc) {
	url := pgtest.Shared(t).NewDatabase(t).URL
	open := func(conns int) *postgres.DB {
		db, err := postgres.Open(t.Context(), url, postgres.Options{MaxConns: conns, Logger: quiet})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return db
	}
	db, writing := open(8), open(8)
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db, func(ctx context.Context, pause time.Duration, commit bool, events []store.NewEvent) error {
		// One statement is one transaction: it draws ids, takes its time, and
		// then fails if it is to be rolled back.
		var rows []string
		args := []any{pause.Seconds(), time.Now().UnixMilli()}
		for _, e := range events {
			n := len(args)
			rows = append(rows, fmt.Sprintf("($2::BIGINT, $%d, $%d, $%d)", n+1, n+2, n+3))
			args = append(args, e.Topic, e.Type, string(e.Body))
		}
		end := "1"
		if !commit {
			end = "1 / (count(*) * 0)"
		}
		_, err := writing.Querier().Exec(ctx, "WITH written AS (INSERT INTO event (at, topic, type, body) VALUES "+strings.Join(rows, ", ")+
			" RETURNING id) SELECT count(*), pg_sleep($1::DOUBLE PRECISION), "+end+" FROM written", args...)
		if !commit {
			if err == nil {
				return errors.New("what was to be rolled back was committed")
			}
			return nil
		}
		return err
	}
}

// TestExactlyOnce lets writers commit late and roll back, nodes fall behind,
// and a client break off and resume at random moments on random nodes. In each
// of its channels it has to see every committed event once, and those of one
// writer in the order in which they were committed.
func TestExactlyOnce(t *testing.T) {
	for name, world := range map[string]func(*testing.T) (testLog, writeFunc){"sqlite": sqliteWorld, "postgres": postgresWorld} {
		for _, seed := range []uint64{1, 2, 3} {
			t.Run(fmt.Sprintf("%s/seed=%d", name, seed), func(t *testing.T) {
				log, write := world(t)
				late := exactlyOnce(t, seed, log, write)
				if (late > 0) != (name == "postgres") {
					t.Errorf("%d events were committed late: the test does not show what it is there for", late)
				}
			})
		}
	}
}

func exactlyOnce(t *testing.T, seed uint64, log testLog, write writeFunc) (late uint64) {
	const writers, each = 6, 60
	var nodes []*node
	var sources []*slowed
	for range 2 {
		source := &slowed{testLog: log}
		sources = append(sources, source)
		nodes = append(nodes, startNode(t, log, source, func(c *Config) {
			c.ReplayEvents, c.RefreshEvery = 100_000, 2
			c.MaxHeldFrames = 4 // little, so that there are further rounds
		}))
	}
	c := &breaker{t: t, nodes: nodes, rnd: rand.New(rand.NewPCG(seed, 9)), cursors: map[string]string{}, seen: map[string][]string{}}
	c.connect(true)

	var wg sync.WaitGroup
	var mu sync.Mutex
	want := map[string]map[string]bool{"localTimeline": {}, "main": {}, "n0": {}}
	written := make(chan struct{})
	// One writer more goes on until the client has broken off often enough, so
	// that there is always something to read.
	pumping, stopPump := context.WithCancel(t.Context())
	var pump sync.WaitGroup
	commit := func(id string, pause time.Duration, commit bool) bool {
		err := write(t.Context(), pause, commit,
			[]store.NewEvent{noteBy(id, "ann"), tellMain("me", id), tellMain("you", id), reaction("n0", id), reaction("n1", id)})
		if err != nil {
			t.Errorf("writing: %v", err)
			return false
		}
		if commit {
			mu.Lock()
			defer mu.Unlock()
			for _, ids := range want {
				ids[id] = true
			}
		}
		return true
	}
	pump.Go(func() {
		for i := 0; pumping.Err() == nil && commit(fmt.Sprint("pump.", i), 0, true); i++ {
			time.Sleep(5 * time.Millisecond) // as much as it takes to keep a client busy
		}
	})
	for w := range writers {
		rnd := rand.New(rand.NewPCG(seed, uint64(100+w)))
		wg.Go(func() {
			for i := range each {
				id := fmt.Sprintf("w%d.%d", w, i)
				pause := time.Duration(rnd.IntN(8)) * time.Millisecond
				if rnd.IntN(20) == 0 {
					pause *= 15 // longer than a reader waits with its horizon
				}
				if !commit(id, pause, rnd.IntN(8) > 0) {
					return
				}
			}
		})
	}
	holding, stop := context.WithCancel(t.Context())
	var held sync.WaitGroup
	for i, s := range sources {
		rnd := rand.New(rand.NewPCG(seed, uint64(200+i)))
		held.Go(func() {
			for holding.Err() == nil {
				s.mu.Lock()
				time.Sleep(time.Duration(rnd.IntN(60)) * time.Millisecond)
				s.mu.Unlock()
				time.Sleep(time.Duration(rnd.IntN(30)) * time.Millisecond)
			}
		})
	}
	go func() { wg.Wait(); close(written) }()
	for {
		over := false
		select {
		case <-written:
			over = true
		default:
		}
		if over {
			break
		}
		c.read(c.rnd.IntN(40))
		c.connect(false)
	}
	stop()
	held.Wait()
	for range 5 {
		c.read(c.rnd.IntN(10))
		c.connect(false)
	}
	stopPump()
	pump.Wait()
	total := 0
	for _, ids := range want {
		total += len(ids)
	}
	for c.count() < total {
		c.read(1)
	}
	// What came too much would come before this.
	if err := write(t.Context(), 0, true, []store.NewEvent{noteBy("end", "ann"), tellMain("me", "end"), reaction("n0", "end")}); err != nil {
		t.Fatal(err)
	}
	for c.count() < total+3 {
		c.read(1)
	}
	for channel, ids := range want {
		ids["end"] = true
		c.check(channel, ids)
	}
	if c.fresh == 0 {
		t.Error("no channel's cursor was refreshed")
	}
	t.Logf("%d events, %d breaks, %d cursors refreshed, %d replayed, %d rounds more", total, c.breaks, c.fresh, nodes[0].cfg.Stats.Replayed.Load()+nodes[1].cfg.Stats.Replayed.Load(),
		nodes[0].cfg.Stats.ReplayRounds.Load()+nodes[1].cfg.Stats.ReplayRounds.Load())
	return nodes[0].reader.Stats().Late + nodes[1].reader.Stats().Late
}

// breaker is a client that breaks off all the time.
type breaker struct {
	t       *testing.T
	nodes   []*node
	rnd     *rand.Rand
	talker  *talker
	cursors map[string]string   // by channel, and by note
	seen    map[string][]string // ids of events, in the order in which they came
	breaks  int
	// On this connection: what was asked for, in order, and which channels have
	// been answered.
	asked  []string
	joined map[string]bool
	fresh  int
}

// connect leaves and comes back, perhaps to the other node, with the last
// cursor of each channel.
func (b *breaker) connect(first bool) {
	b.t.Helper()
	if b.talker != nil {
		b.breaks++
		_ = b.talker.Conn.Close()
	}
	b.talker = b.nodes[b.rnd.IntN(len(b.nodes))].talk(b.t, "me")
	names := []string{"localTimeline", "main", "n0"}
	b.rnd.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	b.asked, b.joined = names, map[string]bool{}
	for _, name := range names {
		if name == "n0" {
			b.talker.say("subNote", map[string]any{"id": "n0", "cursor": b.cursors["n0"]})
		} else {
			b.talker.connect(name, b.cursors[name])
		}
	}
	if !first {
		return
	}
	// A capture has no answer, so its first cursor is another channel's: what
	// was joined in between is what it might miss, and nothing is written yet.
	for range 2 {
		b.read(1)
	}
	b.cursors["n0"] = b.cursors["main"]
}

// read reads n frames.
func (b *breaker) read(n int) {
	b.t.Helper()
	for range n {
		h, err := b.talker.hear()
		if err != nil {
			b.t.Fatalf("after %d events: %v", b.count(), err)
		}
		if h.Body.Cursor == nil {
			b.t.Fatalf("no cursor: %s", h.brief())
		}
		switch h.Type {
		case "channel":
			if h.Body.Type == "gap" {
				b.t.Fatalf("%s", h.brief())
			}
			b.seen[h.Body.ID] = append(b.seen[h.Body.ID], strings.Fields(h.brief())[3])
		case "noteUpdated":
			b.seen[h.Body.ID] = append(b.seen[h.Body.ID], strings.Fields(h.brief())[3])
		}
		b.cursors[h.Body.ID] = h.cursor()
		if h.Type != "connected" {
			continue
		}
		if b.joined[h.Body.ID] { // again: a position for all that was asked for before
			b.fresh++
			for _, name := range b.asked[:slices.Index(b.asked, h.Body.ID)] {
				b.cursors[name] = h.cursor()
			}
		}
		b.joined[h.Body.ID] = true
	}
}

func (b *breaker) count() (n int) {
	for _, ids := range b.seen {
		n += len(ids)
	}
	return n
}

// check holds what was seen in a channel against what was committed.
func (b *breaker) check(channel string, want map[string]bool) {
	b.t.Helper()
	got := map[string]int{}
	latest := map[string]int{}
	for _, id := range b.seen[channel] {
		got[id]++
		if got[id] > 1 {
			b.t.Errorf("%s: %s came twice", channel, id)
		}
		if !want[id] {
			b.t.Errorf("%s: %s was never committed", channel, id)
		}
		if writer, number, ok := strings.Cut(id, "."); ok {
			n, _ := strconv.Atoi(number)
			if before, known := latest[writer]; known && n < before {
				b.t.Errorf("%s: %s came after %s.%d", channel, id, writer, before)
			}
			latest[writer] = n
		}
	}
	for _, id := range slices.Sorted(maps.Keys(want)) {
		if got[id] == 0 {
			b.t.Errorf("%s: %s is missing", channel, id)
		}
	}
}
