package feed

import (
	"math/rand/v2"
	"testing"
)

// The operations on positions are those on the sets of ids that they stand
// for, and what they answer has one form only.
func TestPositionsAreSets(t *testing.T) {
	const most = 14
	rnd := rand.New(rand.NewPCG(3, 4))
	random := func() Position {
		p := Position{log: 9, highest: rnd.Int64N(most)}
		for id := int64(1); id <= p.highest; id++ {
			if rnd.IntN(3) == 0 { // single ids, so that ranges touch, as a reader's do at times
				p.skipped = append(p.skipped, Range{id, id})
			}
		}
		return p
	}
	for range 20_000 {
		p, q, x := random(), random(), rnd.Int64N(most+2)
		union, meet, upTo := p.Union(q), p.Meet(q), p.UpTo(x)
		within, first, missing := true, int64(0), int64(0)
		for id := int64(1); id <= most+2; id++ {
			a, b := p.Covers(id), q.Covers(id)
			if union.Covers(id) != (a || b) {
				t.Fatalf("%+v union %+v is %+v, wrong about %d", p, q, union, id)
			}
			if meet.Covers(id) != (a && b) {
				t.Fatalf("%+v meet %+v is %+v, wrong about %d", p, q, meet, id)
			}
			if upTo.Covers(id) != (a && id <= x) {
				t.Fatalf("%+v up to %d is %+v, wrong about %d", p, x, upTo, id)
			}
			within = within && (!a || b)
			if !a && first == 0 {
				first = id
			}
			if !a && id <= p.highest {
				missing++
			}
		}
		if highestCovered(p) > highestCovered(q) {
			within = false
		}
		// A position whose highest ids are all skipped stands for less than it
		// says, so Within may answer false where the sets would do.
		if got := p.Within(q); got && !within || !got && within && p.highest == highestCovered(p) {
			t.Fatalf("%+v within %+v: %v, want %v", p, q, got, within)
		}
		if p.First() != first || p.Missing() != missing {
			t.Fatalf("%+v: first %d, missing %d, want %d and %d", p, p.First(), p.Missing(), first, missing)
		}
		for _, made := range []Position{union, meet, upTo} {
			back, err := ParseCursor(made.Cursor())
			if err != nil || !back.Within(made) || !made.Within(back) || !made.SameLog(p) {
				t.Fatalf("%+v became %+v, %v", made, back, err)
			}
		}
	}
}

func highestCovered(p Position) int64 {
	for id := p.highest; id > 0; id-- {
		if p.Covers(id) {
			return id
		}
	}
	return 0
}
