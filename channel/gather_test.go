package channel

import (
	"fmt"
	"slices"
	"testing"

	"notewire/protocol"
	"notewire/protocol/wire"
	"notewire/store"
)

// gatheringSink keeps frames apart until they are flushed.
type gatheringSink struct {
	testSink
	waiting []sent
	flushes int
}

func (s *gatheringSink) Gather(f *wire.Frame, gate *wire.Gate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = append(s.waiting, sent{f, gate})
}

func (s *gatheringSink) Flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frames, s.waiting = append(s.frames, s.waiting...), nil
	s.flushes++
}

func (s *gatheringSink) Prefetch() uint64 { return 1 }

// counts are how many frames were written and how many flushes there were, and
// both begin anew.
func (s *gatheringSink) counts() (frames, flushes int) {
	frames = len(s.take())
	s.mu.Lock()
	defer s.mu.Unlock()
	flushes, s.flushes = s.flushes, 0
	return frames, flushes
}

// gathering is a shard without a goroutine, with one connection that has joined
// the local timeline.
func gathering(t *testing.T) (*shard, *Member, *gatheringSink) {
	t.Helper()
	h, err := NewHub(Config{Loader: newLoader(), Shards: 1})
	if err != nil {
		t.Fatal(err)
	}
	s, sink := h.shards[0], &gatheringSink{}
	m := &Member{shard: s, sink: sink, gatherer: sink, encoder: protocol.Encoder{}, native: true}
	s.publish(s.register("me"), &store.RelationLists{UserID: "me"}, nil, m)
	k := Find("localTimeline")
	f, _ := k.Open("me", nil)
	s.connect(m, k, protocol.EncodeID("1"), f, false, nil)
	return s, m, sink
}

// notes are events of so many notes.
func notes(n int) (events []LoggedEvent) {
	for i := range n {
		events = append(events, LoggedEvent{Event: posted(noteFactsBy(store.NoteID(fmt.Sprint(i)), "author"))})
	}
	return events
}

// What several events bring a connection is flushed together, and in the end
// nothing waits. A single event is written as it goes.
func TestEventsOfABatchAreFlushedTogether(t *testing.T) {
	s, _, sink := gathering(t)
	for _, c := range []struct{ events, flushes int }{{1, 0}, {2, 1}, {gatherEvents, 1}, {gatherEvents + 1, 2}, {5*gatherEvents + 3, 6}} {
		s.handleAll(mail{events: notes(c.events)})
		if frames, flushes := sink.counts(); frames != c.events || flushes != c.flushes {
			t.Errorf("%d events: %d frames in %d flushes, want %d", c.events, frames, flushes, c.flushes)
		}
	}
}

// What lies in the mailbox is worked through, in order, however much it is, and
// what it brings a connection goes out together, what commands answer as well.
func TestMailThatWaitsIsWorkedThrough(t *testing.T) {
	const batches = 3*handleMost + 5
	s, m, sink := gathering(t)
	var want []string
	for i, e := range notes(batches) {
		want = append(want, fmt.Sprint("1 note ", i))
		s.mail <- mail{events: []LoggedEvent{e}}
	}
	s.mail <- mail{command: func() { m.send(protocol.Encoder{}.Joined(protocol.EncodeID("last"), ""), nil) }}
	want = append(want, "connected last")
	rounds := 0
	for ; len(s.mail) > 0; rounds++ {
		s.handleAll(<-s.mail)
	}
	if got := sink.brief(t); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if _, flushes := sink.counts(); flushes < rounds || flushes > batches/gatherEvents+rounds {
		t.Errorf("%d flushes for %d notes that waited", flushes, batches)
	}
}

// A note reaches every candidate once, however they fall into blocks, and a
// connection is sent what it is sent in the order of its channels.
func TestBlocks(t *testing.T) {
	for _, conns := range []int{1, blockSize - 1, blockSize, blockSize + 1, 3*blockSize + 5} {
		r := newRig(t, Config{Shards: 1})
		var sinks []*testSink
		for i := range conns {
			m, s := r.join(store.UserID(fmt.Sprint("user", i)))
			m.Connect(connect("localTimeline", "a", ""))
			m.Connect(connect("globalTimeline", "b", ""))
			sinks = append(sinks, s)
		}
		if err := r.hub.Deliver(t.Context(), []LoggedEvent{{Event: posted(noteFactsBy("n", "author"))}}); err != nil {
			t.Fatal(err)
		}
		r.flush()
		for i, s := range sinks {
			got := s.brief(t)
			if slices.Sort(got); !slices.Equal(got, []string{"a note n", "b note n"}) {
				t.Errorf("connection %d of %d got %q", i, conns, got)
			}
		}
	}
}
