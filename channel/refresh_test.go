package channel

import (
	"slices"
	"testing"

	"notewire/protocol"
)

// While something is replayed to a connection, no quiet channel of it is sent a
// new cursor: clients use that for everything that they asked for before.
func TestNoRefreshDuringReplay(t *testing.T) {
	r := newRig(t, Config{Shards: 1, RefreshEvery: 2})
	covered := map[int64]bool{1: true, 2: true}
	r.hub.Begin(positionOf(t, covered))
	m, s := r.join("me")
	cur := m.ConnectWithCursor(protocol.Connect{Channel: "localTimeline", ID: "behind"}, ParseStart(positionOf(t, map[int64]bool{1: true}).Cursor()))
	m.ConnectWithCursor(protocol.Connect{Channel: "main", ID: "quiet", Pong: true}, Start{})
	next := int64(2)
	pass := func() {
		for range 4 {
			next++
			covered[next] = true
			at := PositionAt(positionOf(t, covered))
			if err := r.hub.Deliver(t.Context(), []LoggedEvent{{Event: posted(noteFactsBy("n", "ann")), At: at}}); err != nil {
				t.Fatal(err)
			}
		}
		r.flush()
	}
	pass()
	expect(t, "before the replay", s.brief(t), "connected quiet")
	p, open, _, err := m.Hold(t.Context(), []*Cursor{cur})
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	if cur.start.Given != "" {
		t.Error("what the client gave is kept")
	}
	pass()
	expect(t, "while it is held", s.brief(t))
	finish(t, m, open, p, nil)
	s.take()
	pass()
	if got := s.brief(t); !slices.Contains(got, "connected quiet") {
		t.Errorf("after the replay: %q", got)
	}
}

// A log that begins anew, with lower ids, is one that quiet channels follow.
func TestRefreshAfterAGap(t *testing.T) {
	r := newRig(t, Config{Shards: 1, RefreshEvery: 2})
	r.hub.Begin(positionOf(t, nil))
	deliver := func(id int64, e Prepared) {
		covered := map[int64]bool{}
		for i := range id {
			covered[i+1] = true
		}
		if err := r.hub.Deliver(t.Context(), []LoggedEvent{{Event: e, At: PositionAt(positionOf(t, covered))}}); err != nil {
			t.Fatal(err)
		}
	}
	deliver(1000, posted(noteFactsBy("n", "ann")))
	deliver(1, &GapEvent{})
	m, s := r.join("me")
	m.ConnectWithCursor(protocol.Connect{Channel: "main", ID: "quiet", Pong: true}, Start{})
	for id := range int64(8) {
		deliver(2+id, posted(noteFactsBy("n", "ann")))
	}
	r.flush()
	if got := s.brief(t); len(got) < 2 {
		t.Errorf("no new cursor came: %q", got)
	}
}

// Once too much was held, nothing more is made ready to be held.
func TestSpilledWantsNothing(t *testing.T) {
	r, m, _, open, _, _ := resuming(t)
	wants := func() (w bool) {
		m.shard.do(func() { w = open[0].Wants() })
		r.flush()
		return w
	}
	if !wants() {
		t.Error("what comes by is not held")
	}
	for range 300 {
		r.deliver(posted(noteFactsBy("n", "ann")))
	}
	if wants() {
		t.Error("more is held than may be")
	}
}
