package channel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"notewire/protocol"
	"notewire/protocol/wire"
	"notewire/store"
	"notewire/store/feed"
	"notewire/store/visibility"
)

// brittle is a kind whose filter panics for some user at the note "poison".
func brittle(user store.UserID) *Kind {
	return &Kind{
		Name: "brittle",
		Open: func(store.UserID, protocol.Params) (Filter, bool) {
			return Filter{Interests: []Interest{{Source: FromPublic}}, Note: func(v visibility.Viewer, f *store.NoteFacts) bool {
				if v != nil && v.ID() == user && f.ID == "poison" {
					panic("a filter")
				}
				return true
			}}, true
		},
	}
}

// apart brings two users in that live in different shards.
func (r *rig) apart() (one, other store.UserID) {
	for i := 0; ; i++ {
		one, other = store.UserID(fmt.Sprint("a", i)), store.UserID(fmt.Sprint("b", i))
		if r.hub.shardOf(one) != r.hub.shardOf(other) {
			return one, other
		}
	}
}

// TestFailedShardBeginsAnew: a panic in one shard costs its clients their connection
// and nobody else anything. The shard goes on with the next event.
func TestFailedShardBeginsAnew(t *testing.T) {
	var logged strings.Builder
	r := newRig(t, Config{Shards: 2, Logger: slog.New(slog.NewTextHandler(&logged, nil))})
	unlucky, lucky := r.apart()
	neighbour := unlucky
	for i := 0; neighbour == unlucky || r.hub.shardOf(neighbour) != r.hub.shardOf(unlucky); i++ {
		neighbour = store.UserID(fmt.Sprint("n", i))
	}
	rel := store.NewRelations(unlucky)
	rel.Following["ann"] = false
	r.loader.users[unlucky] = rel
	members, sinks := map[store.UserID]*Member{}, map[store.UserID]*testSink{}
	for _, u := range []store.UserID{unlucky, lucky, neighbour} {
		m, s := r.join(u)
		m.Subscribe(Request{Kind: brittle(unlucky), ID: `"x"`})
		m.Connect(connect("homeTimeline", "h", ""))
		m.Capture("n")
		members[u], sinks[u] = m, s
	}
	mark := r.hub.Mark()
	r.flush()
	r.deliver(posted(noteFactsBy("n1", "x")), posted(noteFactsBy("poison", "x")), posted(noteFactsBy("n2", "x")))
	r.flush()
	expect(t, "in another shard", sinks[lucky].brief(t), "x note n1", "x note poison", "x note n2")
	for _, u := range []store.UserID{unlucky, neighbour} {
		got := sinks[u].brief(t)
		if len(got) == 2 && got[1] == "x note poison" { // who was asked before the filter panicked
			got = got[:1]
		}
		expect(t, string(u), got, "x note n1")
		expect(t, "why "+string(u)+" was sent away", reasons(sinks[u]), fmt.Sprint(ShardFailed))
		if r.hub.Online(u) {
			t.Errorf("%s is still online", u)
		}
	}
	expect(t, "why the other was sent away", reasons(sinks[lucky]))
	if !strings.Contains(logged.String(), "a filter") {
		t.Errorf("logged %s", logged.String())
	}

	// What those members do from now on does nothing, and leaves nothing behind.
	for _, u := range []store.UserID{unlucky, neighbour} {
		members[u].Connect(connect("localTimeline", "l", ""))
		members[u].Capture("n")
		members[u].Disconnect("h")
		members[u].Uncapture("n")
		members[u].Leave()
		if _, _, _, err := members[u].Hold(t.Context(), nil); !errors.Is(err, ErrLeft) {
			t.Errorf("a round of %s: %v", u, err)
		}
	}
	st, err := r.hub.Stats(t.Context())
	if err != nil || st.Failures != 1 || st.Members != 1 || st.Viewers != 1 || st.Subscriptions != 2 || st.Captures.Captures != 1 {
		t.Errorf("stats %+v, %v", st, err)
	}

	// Whoever comes back is loaded again, and gets the next event. What was loaded
	// before the failure still counts: no change of theirs came since.
	m, s := r.join(unlucky)
	m.Connect(connect("homeTimeline", "h", ""))
	if _, err := r.hub.Join(t.Context(), Connection{Access: who(neighbour), Sink: &testSink{}, Preloaded: Preloaded{Since: mark, Relations: &store.RelationLists{}}}); err != nil {
		t.Fatal(err)
	}
	r.flush()
	r.deliver(posted(noteFactsBy("n3", "ann")))
	r.flush()
	expect(t, "who came back", s.brief(t), "h note n3")
	if got := r.loader.calls[unlucky]; got != 2 {
		t.Errorf("who came back was loaded %d times, want 2", got)
	}
	if got := r.loader.calls[neighbour]; got != 1 {
		t.Errorf("who came with relations was loaded %d times, want 1", got)
	}
	w := &world{rig: r}
	w.checkIndex()
}

func reasons(s *testSink) (out []string) {
	for _, why := range s.closed() {
		out = append(out, fmt.Sprint(why))
	}
	return out
}

// TestPanicDuringARelationChange: a change that panicked may not have been noted, so
// what was loaded before it is not used.
func TestPanicDuringARelationChange(t *testing.T) {
	r := newRig(t, Config{Shards: 1})
	early := Preloaded{Since: r.hub.Mark(), Relations: &store.RelationLists{UserID: "me"}}
	r.deliver(&RelationEvent{Type: store.InternalFollow}) // of nobody: it panics
	r.loader.users["me"] = store.NewRelations("me")
	r.loader.users["me"].Following["ann"] = false
	s := &testSink{}
	m, err := r.hub.Join(t.Context(), Connection{Access: who("me"), Sink: s, Preloaded: early})
	if err != nil {
		t.Fatal(err)
	}
	m.Connect(connect("homeTimeline", "h", ""))
	r.flush()
	r.deliver(posted(noteFactsBy("n", "ann")))
	r.flush()
	expect(t, "home", s.brief(t), "h note n")
}

// TestPoisonousEventIsPassedOver: an event that panics when it is delivered, or when
// it is replayed, does so once. Who comes back from before it is told of a gap.
func TestPoisonousEventIsPassedOver(t *testing.T) {
	at := func(n int64) *LogPosition {
		covered := map[int64]bool{}
		for id := int64(1); id <= n; id++ {
			covered[id] = true
		}
		return PositionAt(positionOf(t, covered))
	}
	r := newRig(t, Config{Shards: 1})
	deliver := func(id int64, note store.NoteID) {
		t.Helper()
		if err := r.hub.Deliver(t.Context(), []LoggedEvent{{Event: posted(noteFactsBy(note, "x")), At: at(id)}}); err != nil {
			t.Fatal(err)
		}
		r.flush()
	}
	back := func(from int64) (*Member, *testSink, *Cursor) {
		t.Helper()
		m, s := r.join("me")
		start := ParseStart(at(from).Cursor())
		c, ok := m.Subscribe(Request{Kind: brittle("me"), ID: `"x"`, Start: &start})
		if !ok {
			t.Fatal("refused")
		}
		return m, s, c
	}
	deliver(1, "n1")
	m, s := r.join("me")
	m.Subscribe(Request{Kind: brittle("me"), ID: `"x"`})
	deliver(2, "poison")
	expect(t, "why me was sent away", reasons(s), fmt.Sprint(ShardFailed))

	m, s, c := back(1)
	if _, open, _, err := m.Hold(t.Context(), []*Cursor{c}); err != nil || len(open) != 0 {
		t.Errorf("%d cursors are resumed from before the poisonous event, %v", len(open), err)
	}
	deliver(3, "n3")
	got := s.brief(t)
	expect(t, "who comes from before it", got, "x gap", "x note n3")
	m.Leave()

	m, s, c = back(2) // whose cursor is of after it
	p, open, _, err := m.Hold(t.Context(), []*Cursor{c})
	if err != nil || len(open) != 1 {
		t.Fatalf("%d cursors are resumed from after it, %v", len(open), err)
	}
	// Another event proves poisonous only when it is replayed.
	err = m.Replay(t.Context(), p, []Step{{Event: posted(noteFactsBy("poison", "x")), ID: 3, To: open}})
	if !errors.Is(err, ErrLeft) {
		t.Errorf("replaying it answered %v", err)
	}
	r.flush()
	expect(t, "why me was sent away again", reasons(s), fmt.Sprint(ShardFailed))
	m, s, c = back(2)
	if _, open, _, err := m.Hold(t.Context(), []*Cursor{c}); err != nil || len(open) != 0 {
		t.Errorf("%d cursors are resumed from before the second, %v", len(open), err)
	}
	r.flush()
	if got := frameTexts(s); len(got) != 1 || !strings.Contains(got[0], string(feed.GapPassedOver)) {
		t.Errorf("got %q", got)
	}
	if st, err := r.hub.Stats(t.Context()); err != nil || st.Failures != 2 {
		t.Errorf("stats %+v, %v", st, err)
	}

	// After a gap, ids may be those of other events.
	r.deliver(&GapEvent{})
	m.Leave()
	m, _, c = back(1)
	if _, open, _, err := m.Hold(t.Context(), []*Cursor{c}); err != nil || len(open) != 1 {
		t.Errorf("%d cursors are resumed after a gap, %v", len(open), err)
	}
	m.Leave()
}

// TestPassedOverIsBounded: past the bound, whoever has not seen what was forgotten is
// told of a gap as well.
func TestPassedOverIsBounded(t *testing.T) {
	var p passedOver
	for id := int64(2); id <= 2+2*maxPassedOver; id += 2 {
		p.add(id)
		p.add(id)
	}
	if len(p.ids) != maxPassedOver || p.through != 2 {
		t.Errorf("%d remembered, forgotten through %d", len(p.ids), p.through)
	}
	covered := func(upTo int64, but ...int64) feed.Position {
		seen := map[int64]bool{}
		for id := int64(1); id <= upTo; id++ {
			seen[id] = true
		}
		for _, id := range but {
			delete(seen, id)
		}
		return positionOf(t, seen)
	}
	last := int64(2 + 2*maxPassedOver)
	for _, c := range []struct {
		seen feed.Position
		want bool
	}{{covered(1), true}, {covered(last), false}, {covered(last, 1), false}, {covered(last, 4), true}, {covered(last - 1), true}} {
		if got := p.misses(c.seen); got != c.want {
			t.Errorf("who has seen up to %d misses something: %v", c.seen.Highest(), got)
		}
	}
}

// TestWaitingForAFailedShard: whoever waits for a command that panics is answered.
func TestWaitingForAFailedShard(t *testing.T) {
	r := newRig(t, Config{Shards: 2})
	if err := r.hub.ask(t.Context(), func(s *shard) {
		if s.number == 0 {
			panic("while counting")
		}
	}); err != nil {
		t.Errorf("counting: %v", err)
	}
	m, _ := r.join("me")
	if err := m.await(t.Context(), func() { panic("in a round") }); !errors.Is(err, ErrLeft) {
		t.Errorf("a round: %v", err)
	}

	// A viewer cannot be registered: people are broken.
	m, _ = r.join("me")
	s := m.shard
	s.do(func() { s.people.byID = nil })
	var stranger store.UserID
	for i := 0; stranger == "" || r.hub.shardOf(stranger) != s; i++ {
		stranger = store.UserID(fmt.Sprint("s", i))
	}
	if _, err := r.hub.Join(t.Context(), Connection{Access: who(stranger), Sink: &testSink{}}); !errors.Is(err, ErrFailed) {
		t.Errorf("joining: %v", err)
	}
	if _, err := r.hub.Join(t.Context(), Connection{Access: who(stranger), Sink: &testSink{}}); err != nil {
		t.Errorf("joining again: %v", err)
	}

	// Nor published.
	r.loader.hook = func(context.Context, store.UserID) error {
		s.do(func() { s.people.byID = nil })
		return nil
	}
	r.loader.users["me"] = store.NewRelations("me")
	r.loader.users["me"].Following["ann"] = true
	if _, err := r.hub.Join(t.Context(), Connection{Access: who("me"), Sink: &testSink{}}); !errors.Is(err, ErrFailed) {
		t.Errorf("joining with relations: %v", err)
	}
}

// TestFailureDuringALoad: a viewer that was being loaded when its shard failed is
// loaded again, since nobody has kept back what changed meanwhile.
func TestFailureDuringALoad(t *testing.T) {
	r := newRig(t, Config{Shards: 1})
	s := r.hub.shards[0]
	r.loader.hook = func(context.Context, store.UserID) error {
		if r.loader.called() == 1 {
			s.do(func() { panic("while somebody loads") })
			r.flush()
			r.deliver(relation(store.InternalFollow, store.RelationChange{Actor: "me", Target: "ann"}))
			r.loader.mu.Lock()
			defer r.loader.mu.Unlock()
			r.loader.users["me"] = store.NewRelations("me")
			r.loader.users["me"].Following["ann"] = false
		}
		return nil
	}
	m, sink := r.join("me")
	m.Connect(connect("homeTimeline", "h", ""))
	r.flush()
	r.deliver(posted(noteFactsBy("n", "ann")))
	r.flush()
	expect(t, "home", sink.brief(t), "h note n")
	if got := r.loader.called(); got != 2 {
		t.Errorf("loaded %d times, want 2", got)
	}
}

// brokenSink panics when it is sent something.
type brokenSink struct{ testSink }

func (*brokenSink) Send(*wire.Frame, *wire.Gate) { panic("in a sink") }

// TestPanicInASinkIsNotKept: what a sink leaves locked concerns everybody, so the
// process ends.
func TestPanicInASinkIsNotKept(t *testing.T) {
	h, err := NewHub(Config{Loader: newLoader(), Shards: 1, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s := h.shards[0]
	m := &Member{shard: s, sink: &brokenSink{}, encoder: protocol.Encoder{}, native: true}
	s.publish(s.register("me"), &store.RelationLists{UserID: "me"}, nil, m)
	k := Find("localTimeline")
	f, _ := k.Open("me", nil)
	s.connect(m, k, `"x"`, f, false, nil)
	defer func() {
		if r := recover(); r != "in a sink" {
			t.Errorf("recovered %v", r)
		}
	}()
	s.handleAll(mail{events: []LoggedEvent{{Event: posted(noteFactsBy("n", "ann"))}}})
	t.Error("the shard went on")
}

// TestGatheringMembersAreFlushed: a member for whom frames are gathered is flushed
// before it is closed, or its sink would keep them for ever.
func TestGatheringMembersAreFlushed(t *testing.T) {
	s, m, sink := gathering(t)
	s.mail <- mail{command: func() { panic("a command") }}
	s.handleAll(mail{events: []LoggedEvent{{Event: posted(noteFactsBy("n", "ann"))}}})
	if frames, flushes := sink.counts(); frames != 1 || flushes != 1 {
		t.Errorf("%d frames by %d flushes, want one each", frames, flushes)
	}
	if got := sink.closed(); len(got) != 1 || got[0] != ShardFailed || !m.gone() {
		t.Errorf("closed because of %v, gone %v", got, m.gone())
	}
}
