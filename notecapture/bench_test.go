package notecapture_test

import (
	"fmt"
	"testing"

	"notewire/notecapture"
	"notewire/store"
)

// BenchmarkDeliver tells what an event with ten captors costs among few and
// many connections, each with twenty captures.
func BenchmarkDeliver(b *testing.B) {
	for _, conns := range []int{100, 10_000} {
		b.Run(fmt.Sprintf("captors=10/connections=%d", conns), func(b *testing.B) {
			r := notecapture.NewRegistry(0)
			var d captor
			for c := range conns {
				set := r.NewSet(user("x", nil), &d)
				for n := range 19 {
					set.Sub(store.NoteID(fmt.Sprintf("note%d-%d", c, n)))
				}
				if c%(conns/10) == 0 {
					set.Sub("hot")
				}
			}
			change := public("hot")
			change.ActorID = "reactor"
			b.ReportAllocs()
			for b.Loop() {
				r.Deliver(store.NoteReacted, change)
			}
			if d.told != 10*b.N {
				b.Fatalf("%d frames for %d events", d.told, b.N)
			}
		})
	}
}

func BenchmarkSubUnsub(b *testing.B) {
	r := notecapture.NewRegistry(0)
	var d captor
	set := r.NewSet(nil, &d)
	for n := range 20 {
		set.Sub(store.NoteID(fmt.Sprint("n", n)))
	}
	b.ReportAllocs()
	for b.Loop() {
		set.Sub("m")
		set.Unsub("m")
	}
}

// TestDeliverAllocatesNothing holds Deliver to allocating nothing, however many
// captors there are.
func TestDeliverAllocatesNothing(t *testing.T) {
	allocs := func(captors int) float64 {
		r := notecapture.NewRegistry(0)
		var d captor
		for range captors {
			r.NewSet(user("x", nil), &d).Sub("n")
		}
		c := public("n")
		return testing.AllocsPerRun(100, func() { r.Deliver(store.NoteReacted, c) })
	}
	if few, many := allocs(1), allocs(1000); few > 0 || many > 0 {
		t.Errorf("%v allocations for 1,000 captors, %v for one", many, few)
	}
}
