package streaming

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"notewire/api/socket"
	"notewire/store"
	"notewire/store/feed"
	"notewire/store/relational"
	"notewire/store/sqlite"
)

func openSQLite(t testing.TB) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "log.db"), sqlite.Options{Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

// appendTo writes events in one transaction.
func appendTo(t testing.TB, db *sqlite.DB, events ...store.NewEvent) {
	t.Helper()
	err := db.InTx(t.Context(), func(ctx context.Context, tx *relational.Tx) error { return tx.AppendEvents(ctx, events...) })
	if err != nil {
		t.Fatal(err)
	}
}

// oneNode is a node on SQLite that is woken by commits.
func oneNode(t *testing.T, change func(*Config)) (*node, *sqlite.DB) {
	t.Helper()
	db := openSQLite(t)
	n := startNode(t, db, db, change)
	db.OnCommit(n.reader.Wake)
	return n, db
}

// last is the cursor of the last frame.
func last(frames []heard) string { return frames[len(frames)-1].cursor() }

func TestResume(t *testing.T) {
	n, db := oneNode(t, nil)
	k := n.talk(t, "me")
	// The answers to what was said later tell that the capture was read.
	k.say("subNote", map[string]any{"id": "n0", "cursor": ""})
	k.connect("localTimeline", "")
	k.connect("main", "")
	k.expect("connected localTimeline  ", "connected main  ")
	appendTo(t, db, noteBy("n1", "ann"))
	local := last(k.expect("channel localTimeline note n1"))
	appendTo(t, db, tellMain("me", "m1"))
	main := last(k.expect("channel main meUpdated m1"))
	appendTo(t, db, reaction("n0", "r1"))
	captured := last(k.expect("noteUpdated n0 reacted r1"))
	_ = k.Conn.Close()

	appendTo(t, db, noteBy("n2", "ann"), tellMain("me", "m2"), tellMain("you", "m3"), reaction("n0", "r2"), reaction("nx", "r3"))
	appendTo(t, db, noteBy("n3", "ann"), reaction("n0", "r4"), deletion("n0"))

	k = n.talk(t, "me")
	k.connect("localTimeline", local)
	if got := last(k.expect("connected localTimeline  ")); got != local {
		t.Errorf("connected has cursor %s, want the one that was given, %s", got, local)
	}
	k.expect("channel localTimeline note n2", "channel localTimeline note n3")
	k.connect("main", main)
	k.expect("connected main  ", "channel main meUpdated m2")
	k.say("subNote", map[string]any{"id": "n0", "cursor": captured})
	k.expect("noteUpdated n0 reacted r2", "noteUpdated n0 reacted r4", "noteUpdated n0 deleted nobody")
	appendTo(t, db, reaction("n0", "r5"), noteBy("n4", "ann"))
	k.expect("channel localTimeline note n4")

	// From the middle, and from a cursor that covers everything.
	k = n.talk(t, "me")
	k.connect("main", local)
	k.expect("connected main  ", "channel main meUpdated m1", "channel main meUpdated m2")
	k.say("disconnect", map[string]any{"id": "main"})
	k.connect("localTimeline", local)
	now := last(k.expect("connected localTimeline  ", "channel localTimeline note n2", "channel localTimeline note n3", "channel localTimeline note n4"))
	k.connect("localTimeline", now) // replaces
	k.expect("connected localTimeline  ")
	appendTo(t, db, noteBy("n5", "ann"))
	k.expect("channel localTimeline note n5")
}

// Who did not ask for cursors gets the frames that Misskey sends.
func TestNoCursorUnasked(t *testing.T) {
	n, db := oneNode(t, nil)
	asks := n.talk(t, "me")
	// The answer to what was said later tells that the capture was read.
	asks.say("subNote", map[string]any{"id": "n0", "cursor": ""})
	asks.connect("localTimeline", "")
	asks.expect("connected localTimeline  ")
	k := n.talk(t, "me")
	k.say("subNote", map[string]any{"id": "n0"})
	k.connect("main", nil)
	k.connect("localTimeline", 5) // no string: did not ask
	frames := k.expect("connected main  ", "connected localTimeline  ")
	appendTo(t, db, noteBy("n1", "ann"), tellMain("me", "m1"), reaction("n0", "r1"))
	frames = append(frames, k.expect("channel localTimeline note n1", "channel main meUpdated m1", "noteUpdated n0 reacted r1")...)
	for _, f := range frames {
		if f.Body.Cursor != nil {
			t.Errorf("%s has cursor %s", f.brief(), f.cursor())
		}
	}
	cursors := map[string]bool{}
	for _, f := range asks.expect("channel localTimeline note n1", "noteUpdated n0 reacted r1") {
		cursors[f.cursor()] = true
	}
	if len(cursors) != 2 || cursors["none"] || cursors[""] {
		t.Errorf("cursors %v", cursors)
	}

	// A server without a log ignores cursors.
	silent := startNode(t, nil, db, nil)
	k = silent.talk(t, "me")
	k.connect("main", "")
	if f := k.expect("connected main  ")[0]; f.Body.Cursor != nil {
		t.Errorf("a server without a log gave the cursor %s", f.cursor())
	}
}

func TestGaps(t *testing.T) {
	n, db := oneNode(t, func(c *Config) { c.ReplayEvents = 5 })
	k := n.talk(t, "me")
	k.connect("main", "")
	start := last(k.expect("connected main  "))
	// A cursor of a log whose ids went further than this one's.
	ahead := openSQLite(t)
	for range 9 {
		appendTo(t, ahead, tellMain("me", "x"))
	}
	other := startNode(t, ahead, ahead, nil).talk(t, "me")
	other.connect("main", "")
	future := last(other.expect("connected main  "))

	gap := func(name, cursor, reason string) string {
		t.Helper()
		k := n.talk(t, "me")
		k.connect("main", cursor)
		frames := k.expect("connected main  ", "channel main gap "+reason)
		if got := frames[0].cursor(); got != cursor {
			t.Errorf("%s: connected has the cursor %s, want the given one", name, got)
		}
		// The gap's own cursor is good, and the channel goes on.
		id := "after " + name
		appendTo(t, db, tellMain("me", id))
		k.expect("channel main meUpdated " + id)
		again := n.talk(t, "me")
		again.connect("main", frames[1].cursor())
		again.expect("connected main  ", "channel main meUpdated "+id)
		return frames[1].cursor()
	}
	gap("nonsense", "!", "malformed")
	gap("long", strings.Repeat("A", feed.MaxCursor+1), "malformed")
	gap("other", future, "otherLog")
	gap("future", futureOf(t, start), "otherLog")

	// Exactly as many as may be replayed, and one more.
	appendTo(t, db, tellMain("me", "fill0"))
	k2 := n.talk(t, "me")
	k2.connect("main", start)
	k2.expect("connected main  ", "channel main meUpdated after nonsense", "channel main meUpdated after long",
		"channel main meUpdated after other", "channel main meUpdated after future", "channel main meUpdated fill0")
	appendTo(t, db, tellMain("you", "one more"), tellMain("me", "seen"))
	k2.expect("channel main meUpdated seen")
	prunedFrom := gap("too far", start, "tooFar")

	// Captures have no way to tell of a gap: they count from now.
	k3 := n.talk(t, "me")
	k3.say("subNote", map[string]any{"id": "n0", "cursor": start})
	k3.say("subNote", map[string]any{"id": "n1", "cursor": "!"})
	k3.connect("main", start)
	k3.expect("connected main  ", "channel main gap tooFar")
	appendTo(t, db, reaction("n0", "r1"), reaction("n1", "r2"))
	for _, f := range k3.expect("noteUpdated n0 reacted r1", "noteUpdated n1 reacted r2") {
		if f.cursor() == "none" {
			t.Errorf("%s has no cursor", f.brief())
		}
	}

	// Pruned: from before and from after.
	if _, err := db.Prune(t.Context(), -time.Hour, 100); err != nil { // those of the next hour too
		t.Fatal(err)
	}
	appendTo(t, db, tellMain("me", "fresh"))
	k2.expect("channel main meUpdated after too far", "channel main meUpdated fresh")
	gap("pruned", prunedFrom, "pruned")
}

// futureOf is a cursor of the same log that names an id which was never drawn.
func futureOf(t *testing.T, cursor string) string {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(binary.AppendUvarint(b[:5:5], 1_000_000))
}

// A quiet channel's cursor would soon be too old: connected comes again.
func TestQuietChannelIsRefreshed(t *testing.T) {
	n, db := oneNode(t, func(c *Config) { c.ReplayEvents = 8 })
	k := n.talk(t, "me")
	k.connect("main", "")
	first := last(k.expect("connected main  "))
	k.say("connect", map[string]any{"channel": "localTimeline", "id": "quiet", "params": map[string]any{"cursor": ""}}) // without pong
	for i := range 12 {
		appendTo(t, db, tellMain("you", fmt.Sprint(i)))
	}
	appendTo(t, db, tellMain("me", "mine"))
	var frames []heard
	for {
		h, err := k.hear()
		if err != nil {
			t.Fatal(err)
		}
		if h.brief() == "channel main meUpdated mine" {
			break
		}
		if h.brief() != "connected main  " || h.cursor() == first {
			t.Fatalf("%s with cursor %s, the first one was %s", h.brief(), h.cursor(), first)
		}
		frames = append(frames, h)
	}
	if len(frames) < 2 || len(frames) > 6 {
		t.Fatalf("connected came %d times for 12 events", len(frames))
	}
	again := n.talk(t, "me")
	again.connect("main", last(frames))
	again.expect("connected main  ", "channel main meUpdated mine")
}

// A client that is far behind is replayed to at its own pace: nothing is
// closed for a queue that is full, and many captures are one reading.
func TestReplayKeepsToTheQueue(t *testing.T) {
	n, db := oneNode(t, func(c *Config) {
		c.ReplayEvents = 10_000
		c.Transport = transportOf(t, socket.Config{Limits: socket.Limits{QueueFrames: 16, QueueBytes: 64 << 10}})
	})
	k := n.talk(t, "me")
	k.connect("main", "")
	start := last(k.expect("connected main  "))
	_ = k.Conn.Close()
	var want []string
	for i := range 600 {
		e := noteBy(fmt.Sprint("n", i), "ann")
		e.Body = []byte(strings.Replace(string(e.Body), "hello", strings.Repeat("long ", 2000), 1))
		appendTo(t, db, e)
		want = append(want, fmt.Sprint("channel localTimeline note n", i))
	}
	k = n.talk(t, "me")
	for i := range 40 {
		k.say("subNote", map[string]any{"id": fmt.Sprint("n", i), "cursor": start})
	}
	k.connect("localTimeline", start)
	k.expect("connected localTimeline  ")
	k.expect(want...)
	appendTo(t, db, reaction("n7", "r"))
	k.expect("noteUpdated n7 reacted r")
}

// A log that cannot be read closes the connection, which loses nothing.
func TestFailedReplayCloses(t *testing.T) {
	db := openSQLite(t)
	n := startNode(t, brokenLog{db}, db, nil)
	k := n.talk(t, "me")
	k.connect("main", "")
	start := last(k.expect("connected main  "))
	appendTo(t, db, tellMain("me", "m1"))
	k.expect("channel main meUpdated m1")
	k = n.talk(t, "me")
	k.connect("main", start)
	k.expect("connected main  ")
	k.WantClose(t, socket.CodeRestart)
}

type brokenLog struct{ testLog }

func (brokenLog) Read(context.Context, int64, []feed.Range, int) (feed.Read, error) {
	return feed.Read{}, errRollback
}

// A session that ends while it is resumed waits for its replay, which does not
// wait for the database.
func TestReplayEndsWithItsConnection(t *testing.T) {
	db := openSQLite(t)
	stuck := stuckLog{testLog: db, reading: make(chan struct{}, 1)}
	n := startNode(t, stuck, db, nil)
	k := n.talk(t, "me")
	k.connect("main", "")
	start := last(k.expect("connected main  "))
	appendTo(t, db, tellMain("me", "m1"))
	k.expect("channel main meUpdated m1")
	k = n.talk(t, "me")
	k.connect("main", start)
	<-stuck.reading
	_ = k.Conn.Close()
	n.stop() // and goleak looks for what is left
}

// stuckLog answers nothing until nobody wants to know any more.
type stuckLog struct {
	testLog
	reading chan struct{}
}

func (l stuckLog) Read(ctx context.Context, _ int64, _ []feed.Range, _ int) (feed.Read, error) {
	l.reading <- struct{}{}
	<-ctx.Done()
	return feed.Read{}, ctx.Err()
}

// What a client asks to be replayed is kept until it is, so a client that asks
// for too much waits; unless its replay fails.
func TestResumingIsBounded(t *testing.T) {
	for name, letGo := range map[string]func(*resumer){
		"until there is room": func(r *resumer) { r.nextRound() },
		"until it has failed": func(r *resumer) { r.cancel() },
	} {
		t.Run(name, func(t *testing.T) {
			r := &resumer{running: true} // as in the middle of a round
			r.ctx, r.cancel = context.WithCancel(t.Context())
			r.enqueue(resuming{weight: maxReplayRanges})
			done := make(chan struct{})
			go func() { r.enqueue(resuming{weight: 1}); close(done) }()
			for waits := false; !waits; runtime.Gosched() {
				r.mu.Lock()
				waits = r.room != nil
				r.mu.Unlock()
				select {
				case <-done:
					t.Fatal("did not wait")
				default:
				}
			}
			letGo(r)
			<-done
		})
	}
}
