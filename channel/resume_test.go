package channel

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"notewire/protocol"
	"notewire/store"
	"notewire/store/feed"
)

// positionOf is the position that covers these ids and no others.
func positionOf(t testing.TB, covered map[int64]bool) feed.Position {
	t.Helper()
	highest := int64(0)
	for id := range covered {
		highest = max(highest, id)
	}
	buf := binary.AppendUvarint([]byte{1, 0, 0, 0, 0}, uint64(highest))
	above := highest
	for id := highest; id > 0; id-- {
		if !covered[id] {
			buf = binary.AppendUvarint(binary.AppendUvarint(buf, uint64(above-id)), 0)
			above = id
		}
	}
	p, err := feed.ParseCursor(base64.RawURLEncoding.EncodeToString(buf))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// history is a log and the nodes that read it: ids are drawn in order and
// become visible, or stay empty, in any.
type history struct {
	t       *testing.T
	rnd     *rand.Rand
	next    int64
	open    []int64
	visible map[int64]bool
	nodes   []*historyNode
}

type historyNode struct {
	*rig
	covered map[int64]bool // handed out, or known to stay empty
}

func (h *history) event(id int64) Prepared {
	if id%3 == 0 {
		e := NewTopicEvent(store.MainTopic("me"), "meUpdated", protocol.RawPayload(fmt.Appendf(nil, `{"id":"%d"}`, id)))
		e.UserID = "me"
		return e
	}
	return posted(noteFactsBy(store.NoteID(fmt.Sprint(id)), "ann"))
}

// live lets one thing happen in the log or on a node.
func (h *history) live() {
	switch n := h.rnd.IntN(8); {
	case n < 3:
		h.next++
		h.open = append(h.open, h.next)
	case n < 5 && len(h.open) > 0:
		i := h.rnd.IntN(len(h.open))
		id := h.open[i]
		h.open = slices.Delete(h.open, i, i+1)
		if h.rnd.IntN(5) > 0 {
			h.visible[id] = true
			return
		}
		for _, n := range h.nodes {
			if h.rnd.IntN(2) == 0 { // the others never notice
				n.covered[id] = true
			}
		}
	default:
		h.advance(h.nodes[h.rnd.IntN(len(h.nodes))], 1+h.rnd.IntN(4))
	}
}

// advance lets a node read some events, lower ones first.
func (h *history) advance(n *historyNode, most int) {
	var batch []LoggedEvent
	for id := int64(1); id <= h.next && len(batch) < most; id++ {
		if !h.visible[id] || n.covered[id] {
			continue
		}
		n.covered[id] = true
		batch = append(batch, LoggedEvent{Event: h.event(id), At: &LogPosition{id: id, pos: positionOf(h.t, n.covered)}})
	}
	for i := range batch { // as LogPosition.compute would
		batch[i].At.once.Do(func() { batch[i].At.cursor, batch[i].At.computed = batch[i].At.pos.Cursor(), true })
	}
	if err := n.hub.Deliver(context.Background(), batch); err != nil {
		h.t.Fatal(err)
	}
	n.flush()
}

// returning is a client that breaks off and comes back.
type returning struct {
	h       *history
	node    *historyNode
	member  *Member
	sink    *testSink
	last    map[string]string
	seen    map[string]map[string]int
	pending []*Cursor // to be resumed
	rounds  int

	// A round under way.
	round   bool
	through feed.Position
	open    []*Cursor
	steps   []Step
}

func (c *returning) comeBack() {
	if c.member != nil {
		c.read(c.h.rnd.IntN(12))
		c.member.Leave()
		c.sink = nil // what was not read is lost
	}
	c.node = c.h.nodes[c.h.rnd.IntN(len(c.h.nodes))]
	c.member, c.sink = c.node.join("me")
	c.pending, c.round = nil, false
	for _, name := range []string{"main", "localTimeline"} {
		start := ParseStart(c.last[name])
		cur := c.member.ConnectWithCursor(protocol.Connect{Channel: name, ID: name, Pong: true}, start)
		if start.Resumes() {
			c.pending = append(c.pending, cur)
		}
	}
	c.node.flush()
}

// resume takes one step of the replay.
func (c *returning) resume() {
	ctx := context.Background()
	var err error
	switch {
	case !c.round && len(c.pending) > 0:
		c.rounds++
		var covers []feed.Position
		c.through, c.open, covers, err = c.member.Hold(ctx, c.pending)
		c.round, c.pending, c.steps = true, nil, nil
		if len(c.open) == 0 {
			break
		}
		base := covers[0]
		for _, p := range covers {
			base = base.Meet(p)
		}
		for id := int64(1); id <= c.h.next; id++ {
			if c.h.visible[id] && c.through.Covers(id) && !base.Covers(id) {
				c.steps = append(c.steps, Step{Event: c.h.event(id), ID: id, To: c.open})
			}
		}
	case c.round && len(c.steps) > 0:
		n := 1 + c.h.rnd.IntN(len(c.steps))
		err = c.member.Replay(ctx, c.through, c.steps[:n])
		c.steps = c.steps[n:]
	case c.round:
		c.round = false
		c.pending, err = c.member.Release(ctx, c.through, c.open)
	}
	if err != nil {
		c.h.t.Fatal(err)
	}
}

// read takes up to n frames.
func (c *returning) read(n int) {
	c.sink.mu.Lock()
	frames := c.sink.frames[:min(n, len(c.sink.frames))]
	c.sink.frames = c.sink.frames[len(frames):]
	c.sink.mu.Unlock()
	for _, s := range frames {
		var x struct {
			Type string `json:"type"`
			Body struct {
				ID     string `json:"id"`
				Type   string `json:"type"`
				Cursor string `json:"cursor"`
				Body   struct {
					ID string `json:"id"`
				} `json:"body"`
			} `json:"body"`
		}
		if err := json.Unmarshal(s.frame.Payload(), &x); err != nil || x.Body.Cursor == "" || x.Body.Type == "gap" {
			c.h.t.Fatalf("%s: %v", s.frame.Payload(), err)
		}
		c.last[x.Body.ID] = x.Body.Cursor
		if x.Type == "channel" {
			c.seen[x.Body.ID][x.Body.Body.ID]++
		}
	}
}

// TestResumeAgainstModel breaks and resumes a client at random in random
// histories, between two nodes that know different parts of the log.
func TestResumeAgainstModel(t *testing.T) {
	rounds, events := 0, 0
	for seed := range uint64(250) {
		h := &history{t: t, rnd: rand.New(rand.NewPCG(seed, 7)), visible: map[int64]bool{}}
		for range 2 {
			r := newRig(t, Config{Shards: 1, MaxHeldFrames: 3, RefreshEvery: 10})
			r.hub.Begin(positionOf(t, nil))
			h.nodes = append(h.nodes, &historyNode{rig: r, covered: map[int64]bool{}})
		}
		c := &returning{h: h, last: map[string]string{}, seen: map[string]map[string]int{"main": {}, "localTimeline": {}}}
		c.comeBack()
		c.read(2)
		for range 250 {
			switch n := h.rnd.IntN(10); {
			case n < 6:
				h.live()
			case n < 9:
				c.resume()
				c.read(h.rnd.IntN(3))
			case n == 9 && h.rnd.IntN(3) == 0:
				c.comeBack()
			}
		}
		for len(c.pending) > 0 || c.round {
			c.resume()
		}
		for _, n := range h.nodes {
			h.advance(n, len(h.visible))
		}
		c.read(1 << 20)
		for id := range h.visible {
			name := "localTimeline"
			if id%3 == 0 {
				name = "main"
			}
			if n := c.seen[name][fmt.Sprint(id)]; n != 1 {
				t.Fatalf("seed %d: %s: event %d came %d times", seed, name, id, n)
			}
		}
		if got := len(c.seen["main"]) + len(c.seen["localTimeline"]); got != len(h.visible) {
			t.Fatalf("seed %d: %d events came, %d were committed", seed, got, len(h.visible))
		}
		rounds, events = rounds+c.rounds, events+len(h.visible)
	}
	if rounds < 1000 || events < 5000 {
		t.Errorf("only %d rounds and %d events: the histories are too poor", rounds, events)
	}
}

// resuming is a channel of me that is held, with what it would be replayed.
func resuming(t *testing.T) (r *rig, m *Member, s *testSink, open []*Cursor, p feed.Position, steps []Step) {
	t.Helper()
	r = newRig(t, Config{Shards: 1})
	r.hub.Begin(positionOf(t, map[int64]bool{1: true, 2: true}))
	m, s = r.join("me")
	cur := m.ConnectWithCursor(protocol.Connect{Channel: "localTimeline", ID: "a", Pong: true}, ParseStart(positionOf(t, nil).Cursor()))
	p, open, _, err := m.Hold(t.Context(), []*Cursor{cur})
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	r.deliver(posted(noteFactsBy("n3", "ann")))
	return r, m, s, open, p, []Step{
		{Event: posted(noteFactsBy("n1", "ann")), ID: 1, To: open},
		{Event: posted(noteFactsBy("n2", "ben")), ID: 2, To: open},
	}
}

// finish does the rest of a replay.
func finish(t *testing.T, m *Member, open []*Cursor, p feed.Position, steps []Step) {
	t.Helper()
	if err := m.Replay(t.Context(), p, steps); err != nil {
		t.Fatal(err)
	}
	if again, err := m.Release(t.Context(), p, open); err != nil || len(again) > 0 {
		t.Fatal(again, err)
	}
}

func TestReplayThenWhatWasHeld(t *testing.T) {
	_, m, s, open, p, steps := resuming(t)
	finish(t, m, open, p, steps)
	expect(t, "in order", s.brief(t), "connected a", "a note n1", "a note n2", "a note n3")
}

func TestReplayEnds(t *testing.T) {
	t.Run("with disconnect", func(t *testing.T) {
		_, m, s, open, p, steps := resuming(t)
		m.Disconnect("a")
		finish(t, m, open, p, steps)
		expect(t, "after disconnect", s.brief(t), "connected a")
	})
	t.Run("with another connect", func(t *testing.T) {
		r, m, s, open, p, steps := resuming(t)
		m.Connect(connect("localTimeline", "a", ""))
		finish(t, m, open, p, steps)
		r.deliver(posted(noteFactsBy("n4", "ann")))
		r.flush()
		expect(t, "after a plain connect", s.brief(t), "connected a", "a note n4")
	})
	t.Run("with the member", func(t *testing.T) {
		_, m, s, open, p, steps := resuming(t)
		m.Leave()
		if err := m.Replay(t.Context(), p, steps); !errors.Is(err, ErrLeft) {
			t.Errorf("Replay answered %v", err)
		}
		if _, err := m.Release(t.Context(), p, open); !errors.Is(err, ErrLeft) {
			t.Errorf("Release answered %v", err)
		}
		expect(t, "after leaving", s.brief(t), "connected a")
	})
	t.Run("with a gap", func(t *testing.T) {
		r, m, s, open, p, steps := resuming(t)
		r.deliver(&GapEvent{})
		if err := m.Replay(t.Context(), p, steps); !errors.Is(err, ErrLeft) {
			t.Errorf("Replay answered %v", err)
		}
		_ = open
		expect(t, "after a gap", s.brief(t), "connected a")
	})
}

// A relation that changes while the replay is under way counts for what has
// not been replayed yet.
func TestRulesOfNow(t *testing.T) {
	r, m, s, open, p, steps := resuming(t)
	if err := m.Replay(t.Context(), p, steps[:1]); err != nil {
		t.Fatal(err)
	}
	r.deliver(relation(store.InternalMute, store.RelationChange{Actor: "me", Target: "ben"}))
	finish(t, m, open, p, steps[1:])
	expect(t, "ben is muted", s.brief(t), "connected a", "a note n1", "a note n3")
}

// Giving up drops what was held: the gap's cursor covers it.
func TestGiveUp(t *testing.T) {
	r, m, s, open, p, _ := resuming(t)
	if err := m.GiveUp(t.Context(), feed.GapPruned, open); err != nil {
		t.Fatal(err)
	}
	r.deliver(posted(noteFactsBy("n4", "ann")))
	finish(t, m, nil, p, nil)
	expect(t, "from now", s.brief(t), "connected a", "a gap", "a note n4")
}

// A connect that is ignored opens no cursor.
func TestIgnoredConnectIsNotResumed(t *testing.T) {
	r := newRig(t, Config{Shards: 1, MaxChannels: 1})
	m, s := r.join("me")
	m.Connect(connect("main", "m", ""))
	from := ParseStart(positionOf(t, nil).Cursor())
	cur := m.ConnectWithCursor(protocol.Connect{Channel: "localTimeline", ID: "a", Pong: true}, from)
	if _, open, _, err := m.Hold(t.Context(), []*Cursor{cur}); err != nil || len(open) != 0 {
		t.Errorf("%d cursors are open, %v", len(open), err)
	}
	if cur := m.ConnectWithCursor(protocol.Connect{Channel: "no such channel", ID: "a", Pong: true}, from); cur != nil {
		t.Error("an unknown channel has a cursor")
	}
	expect(t, "nothing was joined", s.brief(t))
}

// matches and hears are candidates, asked the other way round.
func TestMatchesIsCandidates(t *testing.T) {
	w := newWorld(t, Config{Shards: 1}, 5)
	sources := []Interest{
		{Source: FromFollowing}, {Source: FromLocal}, {Source: FromPublic}, {FromAuthor, "u1"}, {FromTag, "go"}, {FromCommunity, "c1"},
	}
	for range 12 {
		w.join()
		m := w.conns[len(w.conns)-1].member
		for i, in := range sources {
			k := &Kind{Name: fmt.Sprint("k", i), Open: func(store.UserID, protocol.Params) (Filter, bool) {
				return Filter{Interests: []Interest{in}}, true
			}}
			m.Subscribe(Request{Kind: k, ID: protocol.EncodeID(fmt.Sprint(i))})
		}
	}
	for range 60 {
		w.relate()
	}
	w.flush()
	found := 0
	for range 400 {
		f := w.facts(0)
		if w.chance(3) {
			f.Tags = []string{"go"}
		}
		done := make(chan struct{})
		s := w.hub.shards[0]
		s.do(func() {
			defer close(done)
			offered := map[*subscription]bool{}
			s.candidates(f, newNotes, func(sub *subscription) { offered[sub] = true })
			found += len(offered)
			for _, c := range w.conns {
				for _, sub := range c.member.subs {
					if got := s.matches(sub, f); got != offered[sub] {
						t.Errorf("%+v by %q, note %+v: matches %v, offered %v", sub.filter.Interests, c.user, f, got, offered[sub])
					}
				}
			}
		})
		<-done
	}
	if found < 2000 {
		t.Errorf("only %d candidates: the world is too poor", found)
	}
}
