package channel

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"

	"notewire/protocol"
	"notewire/protocol/wire"
	"notewire/store"
)

// discard is a sink that only counts.
type discard struct{ n atomic.Int64 }

func (d *discard) Send(*wire.Frame, *wire.Gate) { d.n.Add(1) }
func (d *discard) Close(CloseReason)            {}

// crowd makes a shard without a goroutine and seats users in it, so that a
// benchmark measures the delivery alone. Users u0, u1, … follow friends.
func crowd(tb testing.TB, conns int, channels []string, relations func(i int, r *store.Relations)) (*shard, *discard) {
	tb.Helper()
	h, err := NewHub(Config{Loader: newLoader(), Shards: 1})
	if err != nil {
		tb.Fatal(err)
	}
	s, d := h.shards[0], &discard{}
	for i := range conns {
		id := store.UserID(fmt.Sprintf("user%012d", i))
		r := store.NewRelations(id)
		if relations != nil {
			relations(i, r)
		}
		v := s.register(id)
		m := &Member{shard: s, sink: d, encoder: protocol.Encoder{}, native: true}
		s.publish(v, listsOf(r, id), nil, m)
		for n, name := range channels {
			k := Find(name)
			f, _ := k.Open(id, nil)
			s.connect(m, k, protocol.EncodeID(fmt.Sprint(n+1)), f, false, nil)
		}
	}
	return s, d
}

// realNote is as large as a packed note usually is.
func realNote(f *store.NoteFacts) *NoteEvent {
	pad := make([]byte, 1000)
	for i := range pad {
		pad[i] = 'x'
	}
	return NewNoteEvent(f, protocol.RawPayload(append(append([]byte(`{"id":"n","text":"`), pad...), `"}`...)))
}

// follow300 lets a viewer follow 300 people, and "hot" too for ten of conns.
func follow300(conns int) func(int, *store.Relations) {
	return func(i int, r *store.Relations) {
		for n := range 300 {
			r.Following[store.UserID(fmt.Sprintf("friend%010d", (i*7+n*13)%5000))] = n%2 == 0
		}
		if i%(conns/10) == 0 {
			r.Following["hot"] = false
		}
	}
}

// BenchmarkHomeNote tells what a home note with ten online followers costs
// among few and many connections.
func BenchmarkHomeNote(b *testing.B) {
	for _, conns := range []int{100, 10_000} {
		b.Run(fmt.Sprintf("followers=10/connections=%d", conns), func(b *testing.B) {
			s, d := crowd(b, conns, []string{"main", "homeTimeline"}, follow300(conns))
			f := noteFactsBy("n", "hot")
			f.Visibility = store.Home
			e := realNote(f)
			b.ReportAllocs()
			for b.Loop() {
				s.deliver(e)
			}
			if got := d.n.Load(); got != int64(10*b.N) {
				b.Fatalf("%d frames for %d notes", got, b.N)
			}
		})
	}
}

// BenchmarkCandidates is the look-up in the index alone.
func BenchmarkCandidates(b *testing.B) {
	for _, conns := range []int{100, 10_000} {
		b.Run(fmt.Sprintf("followers=10/connections=%d", conns), func(b *testing.B) {
			s, _ := crowd(b, conns, []string{"homeTimeline"}, follow300(conns))
			f := noteFactsBy("n", "hot")
			f.Visibility = store.Home
			found := 0
			count := func(*subscription) { found++ }
			b.ReportAllocs()
			for b.Loop() {
				s.candidates(f, newNotes, count)
			}
			if found != 10*b.N {
				b.Fatalf("%d candidates for %d notes", found, b.N)
			}
		})
	}
}

// BenchmarkPublicNote sends a public note to 10,000 members of localTimeline.
func BenchmarkPublicNote(b *testing.B) {
	const conns = 10_000
	for name, mutes := range map[string]int{"mutes=0": 0, "mutes=20": 20} {
		b.Run(fmt.Sprintf("connections=%d/%s", conns, name), func(b *testing.B) {
			s, d := crowd(b, conns, []string{"localTimeline"}, func(i int, r *store.Relations) {
				for n := range mutes {
					r.Muting[store.UserID(fmt.Sprintf("muted%d", (i+n)%500))] = struct{}{}
				}
			})
			e := realNote(noteFactsBy("n", "author"))
			b.ReportAllocs()
			for b.Loop() {
				s.deliver(e)
			}
			if got := d.n.Load(); got != int64(conns)*int64(b.N) {
				b.Fatalf("%d frames for %d notes", got, b.N)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(d.n.Load()), "ns/frame")
		})
	}
}

// BenchmarkJoin brings a user with 300 follows in and lets them go again,
// through the mailbox, with a viewer that is there and one that is loaded.
func BenchmarkJoin(b *testing.B) {
	for _, lingers := range []bool{true, false} {
		b.Run(fmt.Sprintf("viewer kept=%v", lingers), func(b *testing.B) {
			l := newLoader()
			for i := range 1000 {
				id := store.UserID(fmt.Sprint("u", i))
				l.users[id] = store.NewRelations(id)
				follow300(1000)(i, l.users[id])
			}
			h, err := NewHub(Config{Loader: l})
			if err != nil {
				b.Fatal(err)
			}
			ctx, stop := context.WithCancel(context.Background())
			done := make(chan error, 1)
			go func() { done <- h.Run(ctx) }()
			d := &discard{}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if !lingers && i%1000 == 0 {
					if err := h.Deliver(ctx, []LoggedEvent{{Event: &GapEvent{}}}); err != nil {
						b.Fatal(err)
					}
				}
				m, err := h.Join(ctx, Connection{Access: who(store.UserID(fmt.Sprint("u", i%1000))), Sink: d})
				if err != nil {
					b.Fatal(err)
				}
				m.Connect(connect("main", "1", ""))
				m.Connect(connect("homeTimeline", "2", ""))
				m.Leave()
			}
			stop()
			if err := <-done; !errors.Is(err, context.Canceled) {
				b.Fatal(err)
			}
		})
	}
}

// BenchmarkPublish brings 1,000 users in, each of whom follows 200 of 10,000:
// from what the loader answered to a viewer whose home timeline is joined.
func BenchmarkPublish(b *testing.B) {
	const users, follows, people = 1000, 200, 10_000
	loaded := make([]*store.RelationLists, users)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range loaded {
		loaded[i] = &store.RelationLists{UserID: store.UserID(fmt.Sprintf("user%012d", i))}
		for _, n := range r.Perm(people)[:follows] {
			loaded[i].Following = append(loaded[i].Following, store.Followee{ID: store.UserID(fmt.Sprintf("user%012d", n)), WithReplies: n%2 == 0})
		}
	}
	home := Find("homeTimeline")
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		h, err := NewHub(Config{Loader: newLoader(), Shards: 1})
		if err != nil {
			b.Fatal(err)
		}
		s := h.shards[0]
		b.StartTimer()
		for _, l := range loaded {
			m := &Member{shard: s, sink: &discard{}, encoder: protocol.Encoder{}, native: true}
			s.publish(s.register(l.UserID), l, nil, m)
			f, _ := home.Open(l.UserID, nil)
			s.connect(m, home, protocol.EncodeID("1"), f, false, nil)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/users, "ns/viewer")
}

// TestNoAllocationPerRecipient holds a delivery to allocating for the event's
// frames, however many receive them.
func TestNoAllocationPerRecipient(t *testing.T) {
	for _, channel := range []string{"homeTimeline", "localTimeline", "hybridTimeline", "globalTimeline"} {
		allocs := func(conns int) float64 {
			s, d := crowd(t, conns, []string{channel}, func(_ int, r *store.Relations) {
				r.Following["author"] = false
				r.Muting["x"] = struct{}{}
			})
			e := realNote(noteFactsBy("n", "author"))
			s.deliver(e)
			if d.n.Load() != int64(conns) {
				t.Fatalf("%s: %d frames for %d connections", channel, d.n.Load(), conns)
			}
			return testing.AllocsPerRun(50, func() { s.deliver(e) })
		}
		if few, many := allocs(1), allocs(2000); many > few {
			t.Errorf("%s: %v allocations for 2,000 recipients, %v for one", channel, many, few)
		}
	}
}

// BenchmarkMemory reports what the hub keeps per connection: 1,000 users of
// five connections with main and homeTimeline, and 200 follows each.
func BenchmarkMemory(b *testing.B) {
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for b.Loop() {
		before := heap()
		h, err := NewHub(Config{Loader: newLoader(), Shards: 1})
		if err != nil {
			b.Fatal(err)
		}
		s, d := h.shards[0], &discard{}
		for i := range 1000 {
			id := store.UserID(fmt.Sprintf("user%012d", i))
			r := store.NewRelations(id)
			for n := range 200 {
				r.Following[store.UserID(fmt.Sprintf("user%012d", (i+n*5+1)%1000))] = false
			}
			for c := range 5 {
				m := &Member{shard: s, sink: d, encoder: protocol.Encoder{}, tokenID: string(id)}
				if c == 0 {
					s.publish(s.register(id), listsOf(r, id), nil, m)
				} else {
					m.viewer = s.people.viewer(id)
					s.seat(m)
				}
				for n, name := range []string{"main", "homeTimeline"} {
					k := Find(name)
					f, _ := k.Open(id, nil)
					s.connect(m, k, protocol.EncodeID(fmt.Sprint(n+1)), f, false, nil)
				}
			}
		}
		b.ReportMetric(float64(heap()-before)/5000, "B/connection")
		runtime.KeepAlive(h)
	}
}
