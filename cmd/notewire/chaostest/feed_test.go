package chaostest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"notewire/store"
	"notewire/store/postgres/pgtest"
)

// stage is a database of its own with one node, an author, and a program that
// writes past the node.
type stage struct {
	t       *testing.T
	url     string
	name    string
	node    *node
	caller  *caller
	author  account
	foreign *foreignWriter
	db      *sql.DB
}

func newStage(t *testing.T) *stage {
	t.Helper()
	db := pgtest.Shared(t).NewDatabase(t)
	s := &stage{t: t, url: db.URL, name: db.Name, caller: newCaller(t, patience)}
	s.node = s.another("node0")
	s.author = s.caller.signUp(t, s.node.address(), "author")
	// Nobody who watches later is to be sent it, so the node has to be past it.
	first := watch(t, s.node, "")
	s.post("template")
	first.until("template")
	var err error
	if s.foreign, err = newForeignWriter(t.Context(), s.url, s.author.id); err != nil {
		t.Fatal(err)
	}
	if s.db, err = open(s.url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.db.Close() })
	return s
}

// another starts a further node.
func (s *stage) another(name string) *node {
	s.t.Helper()
	n := newNode(s.t, name, s.url)
	s.start(n)
	return n
}

func (s *stage) start(n *node) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	if err := n.start(ctx); err != nil {
		s.t.Fatal(err)
	}
}

// post posts a public note through the first node.
func (s *stage) post(text string) {
	s.t.Helper()
	if _, err := s.caller.post(s.t.Context(), s.node.address(), s.author.token, map[string]any{"text": text}); err != nil {
		s.t.Fatal(err)
	}
}

// begin opens a transaction that has drawn an event id.
func (s *stage) begin() (tx *sql.Tx, text string) {
	s.t.Helper()
	tx, err := s.db.BeginTx(s.t.Context(), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = tx.Rollback() }) // does nothing after its end
	if err := s.foreign.append(s.t.Context(), tx); err != nil {
		s.t.Fatal(err)
	}
	return tx, fmt.Sprintf("%s %d", foreign, s.foreign.number.Load())
}

func (s *stage) exec(query string) {
	s.t.Helper()
	if _, err := s.db.ExecContext(s.t.Context(), query); err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
}

// wantNotes fails the test unless exactly these notes came, in this order.
func (s *stage) wantNotes(c *client, want ...string) {
	s.t.Helper()
	if !slices.Equal(c.texts, want) {
		s.t.Errorf("received %q, want %q", c.texts, want)
	}
}

// A node that starts while transactions with lower ids are open brings what
// they commit, and nothing of those that roll back.
func TestOpenAcrossStart(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	committed, text := s.begin()
	rolledBack, _ := s.begin()
	s.post("after both were begun")
	late := s.another("late")
	c := watch(t, late, "")
	s.post("live")
	c.until("live")
	if err := rolledBack.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := committed.Commit(); err != nil {
		t.Fatal(err)
	}
	c.until(text)
	s.post("last")
	c.until("last")
	s.wantNotes(c, "live", text, "last")
}

// While a long transaction holds the oldest snapshot, ids that others rolled
// back pile up and hold nothing up; when it ends they are given up, which the
// cursors show.
func TestLongTransaction(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	c := watch(t, s.node, "")
	long, err := s.db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = long.Rollback() }() // does nothing after its end
	if _, err := long.ExecContext(t.Context(), "SELECT pg_current_xact_id()"); err != nil {
		t.Fatal(err)
	}
	const rounds, each = 4, 3000 // more than a reader warns of
	var want []string
	for i := range rounds {
		tx, err := s.db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, facts, err := s.foreign.note()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.ExecContext(t.Context(), "SELECT count(notewire_append_event($1, 'note', $2::json, $3::json)) FROM generate_series(1, $4)",
			store.TopicNotes, body, facts, each); err != nil {
			t.Fatal(err)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		want = append(want, fmt.Sprint("between ", i))
		s.post(want[i])
		c.until(want[i])
	}
	if n := c.skipped(); n < rounds*each {
		t.Errorf("%d ids are open, want at least %d", n, rounds*each)
	}
	if err := long.Commit(); err != nil {
		t.Fatal(err)
	}
	// Two reads are needed, and each needs a note to show itself by.
	for i := 0; c.skipped() > 0; i++ {
		want = append(want, fmt.Sprint("after ", i))
		s.post(want[len(want)-1])
		c.until(want[len(want)-1])
	}
	// The warning follows the note that it is about, and precedes the next.
	if !strings.Contains(s.node.output(), "a long transaction keeps many event ids open") {
		t.Error("the node does not warn of it")
	}
	s.wantNotes(c, want...)
}

// A database that was restored from a backup has given out its ids anew: the
// sockets are closed with 1012, and cursors from before are of no use.
func TestRestored(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	cluster := pgtest.Shared(t)
	admin, err := open(cluster.URL(""))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close() }()
	do := func(query string) {
		t.Helper()
		if _, err := admin.ExecContext(t.Context(), query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	alone := func() { // nobody is connected, nor comes back
		do("ALTER DATABASE " + s.name + " ALLOW_CONNECTIONS false")
		do("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '" + s.name + "'")
	}
	alone()
	do("CREATE DATABASE " + s.name + "_backup TEMPLATE " + s.name)
	do("ALTER DATABASE " + s.name + " ALLOW_CONNECTIONS true")
	t.Cleanup(func() { _ = cluster.DropDatabase(context.Background(), s.name+"_backup") })

	c := watch(t, s.node, "")
	for i := range 5 {
		s.postSoon(fmt.Sprint("lost ", i))
	}
	c.until("lost 4")

	alone()
	do("DROP DATABASE " + s.name)
	do("CREATE DATABASE " + s.name + " TEMPLATE " + s.name + "_backup")
	if code := c.closed(); code != 1012 {
		t.Errorf("closed with %d, want 1012", code)
	}
	again := watch(t, s.node, c.cursor)
	s.postSoon("after the restore")
	again.until("after the restore")
	s.wantNotes(again, "after the restore")
	if !slices.Equal(again.gaps, []string{"otherLog"}) {
		t.Errorf("gaps told: %q, want one of otherLog", again.gaps)
	}
}

// postSoon posts until the node has found its database again: a call that
// failed for want of a database did nothing.
func (s *stage) postSoon(text string) {
	s.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		_, err := s.caller.post(s.t.Context(), s.node.address(), s.author.token, map[string]any{"text": text})
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatal(err)
		}
		waitFor(s.t.Context(), 20*time.Millisecond)
	}
}

// Events that were pruned before a node had read them are missing for good: it
// closes its sockets, and the cursors of its clients lead to a gap.
func TestPrunedPastANode(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	behind := s.another("behind")
	c := watch(t, behind, "")
	s.post("seen")
	c.until("seen")
	before := c.cursor
	behind.signal(syscall.SIGSTOP)
	for i := range 5 {
		s.post(fmt.Sprint("missed ", i))
	}
	// What `serve` does once an hour with what is older than its retention.
	s.exec("WITH gone AS (DELETE FROM event RETURNING id) UPDATE event_pruned SET through = (SELECT max(id) FROM gone)")
	behind.signal(syscall.SIGCONT)
	if code := c.closed(); code != 1012 {
		t.Errorf("closed with %d, want 1012", code)
	}
	// A read that was under way when the node was stopped may have found a few.
	want := []string{"seen"}
	for i := range c.texts[1:] {
		want = append(want, fmt.Sprint("missed ", i))
	}
	s.wantNotes(c, want...)
	again := watch(t, behind, before)
	for len(again.gaps) == 0 { // what is posted before lies in the gap
		again.read()
	}
	s.post("new")
	again.until("new")
	s.wantNotes(again, "new")
	if !slices.Equal(again.gaps, []string{"pruned"}) {
		t.Errorf("gaps told: %q, want one of pruned", again.gaps)
	}
}

// With --database-listen, LISTEN and the event log's reader go there and nothing
// else does: past a pooler, which would break the one and delay the other. Wakes come that way alone here, since the poll
// is an hour away.
func TestListenElsewhere(t *testing.T) {
	t.Parallel()
	cluster := pgtest.Shared(t)
	s := newStage(t)
	through := func() (*relay, string) {
		t.Helper()
		u, err := url.Parse(cluster.TCPURL(s.name))
		if err != nil {
			t.Fatal(err)
		}
		r := newRelay(t, u.Host)
		u.Host = r.address()
		return r, u.String()
	}
	_, pooled := through()
	direct, listen := through()
	n := newNode(t, "pooled", pooled, "--database-listen", listen, "--poll-interval", "1h")
	s.start(n)
	c := watch(t, n, "")
	s.post("woken")
	c.until("woken")
	if got := direct.connections(); got != 2 {
		t.Errorf("%d connections by --database-listen, want the one that listens and the one that reads the log", got)
	}

	// While it is broken nobody is woken; when it is back, one read makes up.
	direct.set(true)
	s.post("unheard")
	direct.set(false)
	direct.cut()
	c.until("unheard")
	s.post("heard again")
	c.until("heard again")
	s.wantNotes(c, "woken", "unheard", "heard again")
	if got := direct.connections(); got < 4 {
		t.Errorf("%d connections by --database-listen after it broke, want at least two more", got)
	}
}
