package chaostest

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"notewire/store"
	"notewire/store/postgres/pgtest"
)

// resumable is how far clients may fall behind in these tests: a node can be
// away for as long as a fault lasts.
const resumable = "1000000"

// writers is how many write at the same time, and readers how many clients
// with an account of their own watch. Two writers watch as well, and somebody
// without an account.
const (
	writers = 16
	readers = 6
)

// run is one run.
type run struct {
	seed        uint64
	length      time.Duration
	rate        float64 // calls of all writers a second
	lanes       []lane
	faults      []fault // beside those of the lanes
	database    string
	nodes       fleet
	writable    fleet           // those that writers call
	cluster     *pgtest.Cluster // nil: SQLite
	listenRelay *relay
}

// TestPostgres breaks whatever can be broken around three nodes on PostgreSQL.
func TestPostgres(t *testing.T) {
	t.Parallel()
	cluster, err := pgtest.Start(t.Context(), pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Close(); err != nil {
			t.Error(err)
		}
	})
	db, err := cluster.CreateDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	direct, err := url.Parse(cluster.TCPURL(db.Name))
	if err != nil {
		t.Fatal(err)
	}
	listenRelay := newRelay(t, direct.Host)
	direct.Host = listenRelay.address()
	r := run{
		seed: chosenSeed(t), length: chosenLength(t, 20*time.Second), rate: pace(), database: db.URL, cluster: cluster, listenRelay: listenRelay,
		lanes: []lane{
			{kinds: []faultKind{killNode, killNode, stopNode, rollNode}, pause: 3 * time.Second, longest: 4 * time.Second},
			{kinds: []faultKind{cutListen, cutListen, cutBackends, restartFast, restartNow, killPostgres}, pause: 5 * time.Second, longest: time.Second},
			{kinds: []faultKind{holdXmin, holdCommitted, holdCommitted, holdRolledBack, burstRolledBack}, pause: time.Second, longest: 5 * time.Second},
			{kinds: []faultKind{cutViewer, closeViewer}, pause: 700 * time.Millisecond, longest: time.Second},
			{kinds: []faultKind{silence}, pause: 6 * time.Second, longest: 4 * time.Second},
		},
	}
	r.nodes = newFleet(t, 3, db.URL, "--database-listen", direct.String(), "--database-conns", "8", "--replay-events", resumable)
	// Nobody writes to the last node, and it polls rarely: while LISTEN fails
	// it falls behind the others, whose cursors clients bring to it.
	r.writable = r.nodes[:2]
	lagging := r.nodes[2]
	lagging.kill()
	lagging.args = append(lagging.args, "--poll-interval", "3s")
	if err := lagging.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.execute(t)
}

// TestSQLite kills, stops and restarts the one node on SQLite.
func TestSQLite(t *testing.T) {
	t.Parallel()
	database := "sqlite:" + filepath.Join(t.TempDir(), "notewire.db")
	r := run{
		seed: chosenSeed(t), length: chosenLength(t, 8*time.Second), rate: pace() / 4, database: database,
		lanes: []lane{
			{kinds: []faultKind{killNode, killNode, stopNode, rollNode}, pause: 2500 * time.Millisecond, longest: 2 * time.Second},
			{kinds: []faultKind{cutViewer, closeViewer}, pause: 500 * time.Millisecond, longest: time.Second},
		},
	}
	r.nodes = newFleet(t, 1, database, "--replay-events", resumable)
	r.writable = r.nodes
	r.execute(t)
}

// pace is how many calls a second the writers make in all: what a small
// machine bears beside everything else.
func pace() float64 {
	if raceEnabled {
		return 80
	}
	return 300
}

// accounts are the accounts of a run.
type accounts struct {
	sentinelAuthor, foreignAuthor account // who posts the sentinel, and whom foreign notes are by
	writers, readers              []account
	last                          store.NoteID // the sentinel author's: the reaction to it is the last event
}

// execute carries the run out and fails the test for whatever it finds.
func (r *run) execute(t *testing.T) *report {
	t.Helper()
	faults := slices.Concat(r.faults, schedule(r.seed, r.length, r.lanes))
	t.Logf("CHAOS_SEED=%d CHAOS_SECONDS=%d: %d faults", r.seed, int(r.length.Seconds()), len(faults))
	rng := rand.New(rand.NewPCG(r.seed, 0))
	c := newCaller(t, 3*time.Second)
	sure := newCaller(t, patience) // for what has to work
	all, relations := r.populate(t, sure, rng)
	named := append(append([]account{}, all.readers...), all.writers[:2]...)

	var viewers []*viewer
	for i, who := range append(named, account{name: "nobody"}) {
		subs := []*subscription{{id: "local", channel: "localTimeline", params: map[string]any{"withReplies": i%2 == 0}}}
		if who.token != "" {
			subs = append(subs, &subscription{id: "home", channel: "homeTimeline"}, &subscription{id: "main", channel: "main"})
		}
		viewers = append(viewers, newViewer(who, r.nodes, all.last, r.seed+uint64(i), subs...))
	}
	in := newInjector(r.nodes, viewers)
	in.cluster, in.database, in.listenRelay = r.cluster, r.database, r.listenRelay
	if r.cluster != nil {
		var err error
		if in.foreign, err = newForeignWriter(t.Context(), r.database, all.foreignAuthor.id); err != nil {
			t.Fatal(err)
		}
	}

	watching, stopWatching := context.WithCancel(t.Context())
	defer stopWatching()
	var watch sync.WaitGroup
	defer watch.Wait()
	defer stopWatching()
	for _, v := range viewers {
		watch.Go(func() { v.run(watching) })
	}
	for _, v := range viewers {
		await(t, v.ready, "the first cursors of "+v.who.name)
	}

	writing, stopWriting := context.WithTimeout(t.Context(), r.length)
	defer stopWriting()
	var write sync.WaitGroup
	shared := &recent{}
	authors := make([]*writer, len(all.writers))
	for i, who := range all.writers {
		authors[i] = &writer{
			number: i, who: who, fleet: r.writable, caller: c, rand: rand.New(rand.NewPCG(r.seed, uint64(i)+1000)), recent: shared, mention: named,
		}
		write.Go(func() { authors[i].run(writing, time.Duration(float64(len(all.writers))/r.rate*float64(time.Second))) })
	}
	in.run(writing, t, faults)
	write.Wait()

	o := &oracle{verdict: &verdict{}, relations: relations}
	o.written = r.settle(t)
	end := r.postSentinel(t, sure, &all, named)
	for _, v := range viewers {
		await(t, v.done, "the sentinel at "+v.who.name)
	}
	stopWatching()
	watch.Wait()

	var err error
	if o.truth, err = readTruth(t.Context(), r.database); err != nil {
		t.Fatal(err)
	}
	o.end = o.truth.posted[end]
	for _, w := range authors {
		o.attempts = append(o.attempts, o.truth.resolve(w.attempts))
	}
	for _, v := range viewers {
		o.judge(v)
	}
	secrets(t, r.nodes, append(append(all.writers, all.readers...), all.sentinelAuthor, all.foreignAuthor))
	return r.conclude(t, in, authors, viewers, o)
}

// populate makes the accounts and the relations between them.
func (r *run) populate(t *testing.T, c *caller, rng *rand.Rand) (accounts, map[store.UserID]*store.Relations) {
	at := r.nodes[0].address()
	all := accounts{sentinelAuthor: c.signUp(t, at, "sentinelAuthor"), foreignAuthor: c.signUp(t, at, "foreignAuthor")}
	for i := range writers {
		all.writers = append(all.writers, c.signUp(t, at, fmt.Sprintf("writer%d", i)))
	}
	for i := range readers {
		all.readers = append(all.readers, c.signUp(t, at, fmt.Sprintf("reader%d", i)))
	}
	relations := map[store.UserID]*store.Relations{}
	for _, who := range append(append([]account{}, all.readers...), all.writers...) {
		rel := &store.Relations{UserID: who.id, Following: map[store.UserID]bool{}}
		relations[who.id] = rel
		for i, other := range append([]account{all.sentinelAuthor, all.foreignAuthor}, all.writers...) {
			if other.id == who.id || i >= 2 && rng.IntN(2) == 0 {
				continue
			}
			rel.Following[other.id] = rng.IntN(2) == 0
			c.follow(t, at, who, other, rel.Following[other.id])
		}
	}
	var err error
	if all.last, err = c.post(t.Context(), at, all.sentinelAuthor.token, map[string]any{"text": "the end"}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.post(t.Context(), at, all.foreignAuthor.token, map[string]any{"text": "template"}); err != nil {
		t.Fatal(err)
	}
	return all, relations
}

// settle returns when no transaction of the writers is left, with the last
// event.
func (r *run) settle(t *testing.T) (last int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if r.cluster == nil {
		// What the node still does of calls that nobody waits for is over when
		// it is.
		n := r.nodes[0]
		if err := n.terminate(ctx); err != nil {
			t.Fatal(err)
		}
		if err := n.start(ctx); err != nil {
			t.Fatal(err)
		}
	}
	db, err := open(r.database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for r.cluster != nil && working(ctx, t, db) {
		waitFor(ctx, 20*time.Millisecond)
	}
	if err := db.QueryRowContext(ctx, "SELECT max(id) FROM event").Scan(&last); err != nil {
		t.Fatal(err)
	}
	return last
}

// working says whether any transaction that writes is open in the database.
func working(ctx context.Context, t *testing.T, db *sql.DB) bool {
	t.Helper()
	var open int
	err := db.QueryRowContext(ctx, `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()`).Scan(&open)
	if err != nil {
		t.Fatal(err)
	}
	return open > 0
}

// postSentinel makes the last events: a note, whose id it answers, and a
// reaction.
func (r *run) postSentinel(t *testing.T, c *caller, all *accounts, mention []account) store.NoteID {
	t.Helper()
	text := sentinel
	for _, who := range mention {
		text += " @" + who.name
	}
	at := r.nodes[0].address()
	id, err := c.post(t.Context(), at, all.sentinelAuthor.token, map[string]any{"text": text})
	if err != nil {
		t.Fatalf("the sentinel cannot be posted: %v", err)
	}
	c.must(t, at, "notes/reactions/create", all.sentinelAuthor.token, map[string]any{"noteId": all.last, "reaction": "👍"}, nil)
	return id
}

// resolve fills in what became of the notes whose answer was lost.
func (tr *truth) resolve(attempts []attempt) []attempt {
	byText := map[string]store.NoteID{}
	for id, text := range tr.text {
		text, _, _ = strings.Cut(text, " @")
		byText[text] = id
	}
	for i, a := range attempts {
		if a.note == "" && a.text != "" {
			attempts[i].note = byText[a.text]
		}
	}
	return attempts
}

// conclude prints the table and fails the test for whatever was found.
func (r *run) conclude(t *testing.T, in *injector, authors []*writer, viewers []*viewer, o *oracle) *report {
	t.Helper()
	rep := &report{
		seed: r.seed, length: r.length.String(), faults: in.count, notes: len(o.truth.facts), events: o.truth.events, viewers: len(viewers),
		ends: map[string]int{}, refusals: map[string]int{}, gaps: map[string]int{}, verdict: o.verdict,
	}
	for _, w := range authors {
		rep.answered += w.answered
		rep.refused += w.refused
		rep.unknown += w.unknown
		for _, a := range w.attempts {
			if a.acked && o.truth.facts[a.note] == nil {
				t.Errorf("note %s was answered and is not there", a.note)
			}
		}
	}
	for _, v := range viewers {
		rep.connects += v.connects
		add(rep.ends, v.closes)
		add(rep.refusals, v.refusals)
		add(rep.gaps, v.gaps)
		for _, f := range v.faults {
			t.Errorf("%s: %s", v.who.name, f)
		}
	}
	t.Logf("\n%s", rep)
	if !o.clean() || sum(rep.gaps) > 0 {
		t.Errorf("the promise is broken:\n%s", strings.Join(o.details, "\n"))
	}
	for _, f := range o.truth.faults {
		t.Error(f)
	}
	for _, n := range in.problems {
		t.Errorf("a fault could not be injected: %s", n)
	}
	if o.expected == 0 || rep.connects == len(viewers) {
		t.Errorf("a run without deliveries or reconnects proves nothing")
	}
	return rep
}

func add(to, from map[string]int) {
	for k, n := range from {
		to[k] += n
	}
}

// secrets looks for tokens in whatever the nodes said.
func secrets(t *testing.T, nodes fleet, accounts []account) {
	t.Helper()
	for _, n := range nodes {
		out := n.output()
		for _, a := range accounts {
			if strings.Contains(out, a.token) {
				t.Errorf("%s wrote the token of %s", n.name, a.name)
			}
		}
	}
}

// await waits for something that has to happen.
func await(t *testing.T, c <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(patience):
		t.Fatalf("%s: nothing within %v", what, patience)
	}
}
