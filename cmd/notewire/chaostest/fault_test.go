package chaostest

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"sort"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"notewire/store/postgres/pgtest"
)

// faultKind is a way to break something.
type faultKind string

const (
	killNode        faultKind = "node killed (-9)"
	stopNode        faultKind = "node stopped (SIGSTOP)"
	rollNode        faultKind = "node restarted (SIGTERM)"
	cutListen       faultKind = "LISTEN backend terminated"
	cutBackends     faultKind = "all backends terminated"
	restartFast     faultKind = "PostgreSQL restarted, fast"
	restartNow      faultKind = "PostgreSQL restarted, immediate"
	killPostgres    faultKind = "PostgreSQL killed (-9)"
	silence         faultKind = "LISTEN connection half-open"
	holdXmin        faultKind = "long transaction without an event"
	holdCommitted   faultKind = "long transaction, committed"
	holdRolledBack  faultKind = "long transaction, rolled back"
	burstRolledBack faultKind = "20 transactions rolled back"
	cutViewer       faultKind = "client gone without a word"
	closeViewer     faultKind = "client closed"
)

// fault is one thing to break at one time.
type fault struct {
	at     time.Duration // from the beginning of the run
	kind   faultKind
	target int           // which node or viewer, modulo how many there are
	length time.Duration // how long it lasts, where that means something
}

// lane is faults that come one after the other; lanes run side by side.
type lane struct {
	kinds   []faultKind // drawn with equal chances
	pause   time.Duration
	longest time.Duration
}

// schedule draws all faults of a run of this length from the seed. The last
// fifth stays quiet, so that the end finds everything healed.
func schedule(seed uint64, length time.Duration, lanes []lane) []fault {
	var all []fault
	for i, l := range lanes {
		rng := rand.New(rand.NewPCG(seed, uint64(i)+100))
		quiet := length * 4 / 5
		for at := between(rng, 0, l.pause); at < quiet; {
			f := fault{at: at, kind: l.kinds[rng.IntN(len(l.kinds))], target: rng.IntN(1 << 16), length: between(rng, 100*time.Millisecond, l.longest)}
			all = append(all, f)
			at += between(rng, l.pause/2, l.pause*3/2)
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].at < all[j].at })
	return all
}

// between draws a duration in whole milliseconds.
func between(r *rand.Rand, low, high time.Duration) time.Duration {
	return (low + time.Duration(r.Int64N(int64(high-low)+1))).Truncate(time.Millisecond)
}

// injector breaks things.
type injector struct {
	fleet       fleet
	viewers     []*viewer
	cluster     *pgtest.Cluster // nil: no PostgreSQL
	database    string
	listenRelay *relay // what LISTEN goes through; nil: nothing
	foreign     *foreignWriter

	locks    map[string]*sync.Mutex // one fault at a time on each node and on the database
	mu       sync.Mutex
	count    map[faultKind]int
	problems []string // what went wrong in breaking
}

func newInjector(f fleet, viewers []*viewer) *injector {
	in := &injector{fleet: f, viewers: viewers, locks: map[string]*sync.Mutex{"database": {}}, count: map[faultKind]int{}}
	for _, n := range f {
		in.locks[n.name] = &sync.Mutex{}
	}
	return in
}

// run injects the faults at their times, and returns when all are over and
// healed. The end of ctx only stops further ones.
func (in *injector) run(ctx context.Context, t *testing.T, faults []fault) {
	t.Helper()
	begun := time.Now()
	var g errgroup.Group
	for _, f := range faults {
		select {
		case <-time.After(time.Until(begun.Add(f.at))):
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error {
			in.inject(context.WithoutCancel(ctx), f)
			return nil
		})
	}
	_ = g.Wait() // no function answers an error
}

func (in *injector) inject(ctx context.Context, f fault) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	n := in.fleet[f.target%len(in.fleet)]
	v := in.viewers[f.target%len(in.viewers)]
	var err error
	switch f.kind {
	case killNode, stopNode, rollNode:
		err = in.breakNode(ctx, n, f)
	case cutListen, cutBackends, restartFast, restartNow, killPostgres:
		err = in.breakDatabase(ctx, f)
	case silence:
		in.listenRelay.swallow(ctx, f.length)
	case holdXmin, holdCommitted, holdRolledBack, burstRolledBack:
		// Where the database is restarted meanwhile, the transaction ends by
		// that, which is another way to be rolled back.
		_ = in.foreign.transaction(ctx, f)
	case cutViewer:
		v.cut(false)
	case closeViewer:
		v.cut(true)
	default:
		err = fmt.Errorf("no way to inject %q", f.kind)
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.count[f.kind]++
	if err != nil {
		in.problems = append(in.problems, fmt.Sprintf("%s: %v", f.kind, err))
	}
}

func (in *injector) breakNode(ctx context.Context, n *node, f fault) error {
	in.locks[n.name].Lock()
	defer in.locks[n.name].Unlock()
	switch f.kind {
	case stopNode:
		n.signal(syscall.SIGSTOP)
		waitFor(ctx, f.length)
		n.signal(syscall.SIGCONT)
		return nil
	case rollNode:
		if err := n.terminate(ctx); err != nil {
			return err
		}
	default:
		n.kill()
		waitFor(ctx, f.length/4)
	}
	return n.startAgain(ctx)
}

func (in *injector) breakDatabase(ctx context.Context, f fault) error {
	in.locks["database"].Lock()
	defer in.locks["database"].Unlock()
	switch f.kind {
	case restartFast:
		return in.cluster.Restart(ctx, pgtest.Fast)
	case restartNow:
		return in.cluster.Restart(ctx, pgtest.Immediate)
	case killPostgres:
		if err := in.cluster.Kill(); err != nil {
			return err
		}
		return in.cluster.Start(ctx)
	}
	db, err := sql.Open("pgx", in.database)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	which := "pid = (SELECT pid FROM pg_stat_activity WHERE application_name = 'notewire listen' ORDER BY random() LIMIT 1)"
	if f.kind == cutBackends {
		which = "datname = current_database() AND pid <> pg_backend_pid()"
	}
	_, err = db.ExecContext(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "+which)
	return err
}

// waitFor waits until ctx ends, or for as long as a fault is to last.
func waitFor(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
