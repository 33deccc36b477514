package notecapture_test

import (
	"fmt"
	"strings"
	"testing"

	"notewire/notecapture"
	"notewire/protocol/wire"
	"notewire/store"
)

// testCursor is a capture's cursor under the test's control.
type testCursor struct {
	text   string
	own    bool // not shared
	deaf   bool
	ended  bool
	frames []string
	last   *wire.Frame
}

func (c *testCursor) Wants() bool           { return !c.deaf && !c.ended }
func (c *testCursor) Stamp() (string, bool) { return c.text, !c.own }
func (c *testCursor) End()                  { c.ended = true }
func (c *testCursor) Put(f *wire.Frame) {
	c.last = f
	c.frames = append(c.frames, string(f.Payload()))
}

// got tells the cursors of the frames.
func (c *testCursor) got() (out []string) {
	for _, f := range c.frames {
		_, rest, _ := strings.Cut(f, `"cursor":"`)
		out = append(out, strings.TrimSuffix(rest, `"}}`))
	}
	return out
}

// nobody is a sink for captures that use none.
type nobody struct{ n int }

func (s *nobody) Send(*wire.Frame, *wire.Gate) { s.n++ }

func TestCursors(t *testing.T) {
	r := notecapture.NewRegistry(0)
	var plain nobody
	r.NewSet(nil, &plain).Sub("n")
	var cursors []*testCursor
	var sets []*notecapture.Set
	for _, c := range []*testCursor{{text: "all"}, {text: "all"}, {text: "mine", own: true}, {deaf: true}} {
		set := r.NewSet(nil, &plain)
		if !set.SubWithCursor("n", c) {
			t.Fatal("a capture without a cursor refused one")
		}
		cursors, sets = append(cursors, c), append(sets, set)
	}
	r.Deliver(store.NoteReacted, public("n"), nil)
	for i, want := range []string{"[all]", "[all]", "[mine]", "[]"} {
		if got := fmt.Sprint(cursors[i].got()); got != want {
			t.Errorf("cursor %d got %s, want %s", i, got, want)
		}
	}
	if plain.n != 1 {
		t.Errorf("%d frames went past the cursors, want that of the plain capture", plain.n)
	}
	if cursors[0].last != cursors[1].last {
		t.Error("two frames were built for one cursor")
	}

	// What has a cursor keeps it; one more reference is all that a second
	// subNote brings.
	if sets[0].SubWithCursor("n", &testCursor{text: "second"}) {
		t.Error("a second cursor took the place of the first")
	}
	sets[0].Unsub("n")
	if cursors[0].ended {
		t.Error("ended with a reference left")
	}
	sets[0].Unsub("n")
	if !cursors[0].ended {
		t.Error("not ended with the last reference")
	}
	sets[1].End()
	if !cursors[1].ended {
		t.Error("not ended with its set")
	}
	// A deletion ends the capture, and not the cursor: what it holds is wanted.
	r.Deliver(store.NoteDeleted, public("n"), nil)
	if sets[2].Len() != 0 || cursors[2].ended {
		t.Errorf("after the deletion: %d captures, ended %v", sets[2].Len(), cursors[2].ended)
	}
	if !sets[2].SubWithCursor("n", &testCursor{}) {
		t.Error("a new capture of the note still has the old cursor")
	}
}

func TestCursorOfPlainCapture(t *testing.T) {
	r := notecapture.NewRegistry(0)
	var s nobody
	set := r.NewSet(nil, &s)
	set.Sub("n")
	c := &testCursor{text: "c"}
	if !set.SubWithCursor("n", c) {
		t.Error("a plain capture refused a cursor")
	}
	r.Deliver(store.NoteReacted, public("n"), nil)
	if s.n != 0 || len(c.frames) != 1 {
		t.Errorf("%d frames without and %d with a cursor", s.n, len(c.frames))
	}
}

func TestOldestCaptureEndsItsCursor(t *testing.T) {
	r := notecapture.NewRegistry(1)
	set := r.NewSet(nil, &nobody{})
	c := &testCursor{}
	set.SubWithCursor("a", c)
	set.SubWithCursor("b", &testCursor{})
	if !c.ended {
		t.Error("a capture that was dropped has a live cursor")
	}
}

func TestReplay(t *testing.T) {
	r := notecapture.NewRegistry(0)
	muting := func(r *store.Relations) { r.Muting["muted"] = struct{}{} }
	set := r.NewSet(user("me", muting), &nobody{})
	c := &testCursor{text: "c"}
	set.SubWithCursor("n", c)
	other := &testCursor{}
	r.NewSet(nil, &nobody{}).SubWithCursor("n", other)

	set.Replay(c, store.NoteReacted, public("n"), nil)
	hidden := public("n")
	hidden.Visibility = store.Specified
	set.Replay(c, store.NotePollVoted, hidden, nil)
	byMuted := public("n")
	byMuted.ActorID = "muted"
	set.Replay(c, store.NoteReacted, byMuted, nil)
	if len(c.frames) != 1 || len(other.frames) != 0 {
		t.Fatalf("%d frames, want the one that the rules let through; %d to another", len(c.frames), len(other.frames))
	}
	set.Replay(c, store.NoteDeleted, public("n"), nil)
	if len(c.frames) != 2 || set.Len() != 0 || c.ended {
		t.Errorf("after the deletion: %d frames, %d captures, ended %v", len(c.frames), set.Len(), c.ended)
	}
	if r.Deliver(store.NoteReacted, public("n"), nil); len(other.frames) != 1 {
		t.Error("a replayed deletion ended somebody else's capture")
	}
	set.Replay(c, store.NoteReacted, public("n"), nil) // of a note whose id was used again, or late: it has no capture
	c.deaf = true
	set.Replay(c, store.NoteReacted, public("n"), nil)
	if len(c.frames) != 3 {
		t.Errorf("%d frames, want 3", len(c.frames))
	}
}
