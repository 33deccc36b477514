package notecapture_test

import (
	"slices"
	"testing"

	"notewire/notecapture"
	"notewire/store"
)

// testCursor is a capture's cursor under the test's control.
type testCursor struct {
	deaf  bool
	ended bool
}

func (c *testCursor) Wants() bool { return !c.deaf && !c.ended }
func (c *testCursor) End()        { c.ended = true }

// cursors notes with which cursor it was told of each event.
type cursors struct{ with []notecapture.Cursor }

func (c *cursors) NoteChanged(with notecapture.Cursor) { c.with = append(c.with, with) }

// take answers with which cursors the captor was told, and begins anew.
func (c *cursors) take() []notecapture.Cursor {
	with := c.with
	c.with = nil
	return with
}

func TestCursors(t *testing.T) {
	r := notecapture.NewRegistry(0)
	var plain cursors
	r.NewSet(nil, &plain).Sub("n")
	given := []*testCursor{{}, {}, {}, {deaf: true}}
	captors := make([]cursors, len(given))
	var sets []*notecapture.Set
	for i, c := range given {
		set := r.NewSet(nil, &captors[i])
		if !set.SubWithCursor("n", c) {
			t.Fatal("a capture without a cursor refused one")
		}
		sets = append(sets, set)
	}
	r.Deliver(store.NoteReacted, public("n"))
	for i, c := range given {
		want := []notecapture.Cursor{c}
		if c.deaf {
			want = nil
		}
		if got := captors[i].take(); !slices.Equal(got, want) {
			t.Errorf("captor %d was told with %v, want %v", i, got, want)
		}
	}
	if got := plain.take(); !slices.Equal(got, []notecapture.Cursor{nil}) {
		t.Errorf("the capture without a cursor was told with %v", got)
	}

	// A capture that has a cursor keeps it; one more reference is all that a
	// second subNote brings.
	if sets[0].SubWithCursor("n", &testCursor{}) {
		t.Error("a second cursor took the place of the first")
	}
	sets[0].Unsub("n")
	if given[0].ended {
		t.Error("ended with a reference left")
	}
	sets[0].Unsub("n")
	if !given[0].ended {
		t.Error("not ended with the last reference")
	}
	sets[1].End()
	if !given[1].ended {
		t.Error("not ended with its set")
	}
	// A deletion ends the capture, and not the cursor: what it holds is wanted.
	r.Deliver(store.NoteDeleted, public("n"))
	if sets[2].Len() != 0 || given[2].ended {
		t.Errorf("after the deletion: %d captures, ended %v", sets[2].Len(), given[2].ended)
	}
	if !sets[2].SubWithCursor("n", &testCursor{}) {
		t.Error("a new capture of the note still has the old cursor")
	}
}

func TestCursorOfPlainCapture(t *testing.T) {
	r := notecapture.NewRegistry(0)
	var c cursors
	set := r.NewSet(nil, &c)
	set.Sub("n")
	cursor := &testCursor{}
	if !set.SubWithCursor("n", cursor) {
		t.Error("a plain capture refused a cursor")
	}
	r.Deliver(store.NoteReacted, public("n"))
	if got := c.take(); !slices.Equal(got, []notecapture.Cursor{cursor}) {
		t.Errorf("told with %v, want the cursor", got)
	}
}

func TestOldestCaptureEndsItsCursor(t *testing.T) {
	r := notecapture.NewRegistry(1)
	set := r.NewSet(nil, &cursors{})
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
	var mine, others cursors
	set := r.NewSet(user("me", muting), &mine)
	c := &testCursor{}
	set.SubWithCursor("n", c)
	r.NewSet(nil, &others).SubWithCursor("n", &testCursor{})

	set.Replay(c, store.NoteReacted, public("n"))
	hidden := public("n")
	hidden.Visibility = store.Specified
	set.Replay(c, store.NotePollVoted, hidden)
	byMuted := public("n")
	byMuted.ActorID = "muted"
	set.Replay(c, store.NoteReacted, byMuted)
	if got, other := len(mine.take()), len(others.take()); got != 1 || other != 0 {
		t.Fatalf("told %d times, want once, as the rules say; somebody else %d times", got, other)
	}
	set.Replay(c, store.NoteDeleted, public("n"))
	if got := len(mine.take()); got != 1 || set.Len() != 0 || c.ended {
		t.Errorf("the deletion: told %d times, %d captures, ended %v", got, set.Len(), c.ended)
	}
	if r.Deliver(store.NoteReacted, public("n")); len(others.take()) != 1 {
		t.Error("a replayed deletion ended somebody else's capture")
	}
	set.Replay(c, store.NoteReacted, public("n")) // of a note whose id was used again, or late: it has no capture
	c.deaf = true
	set.Replay(c, store.NoteReacted, public("n"))
	if got := len(mine.take()); got != 1 {
		t.Errorf("told %d times after the deletion, want once", got)
	}
}
