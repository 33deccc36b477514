package feed

import (
	"math"
	"slices"
)

// Positions are sets of ids. What a set lacks, its holes, is a short list of
// ranges whose last one has no end, so the operations work on holes.

// holes are the ids that the position does not cover, ascending. The last
// range ends at math.MaxInt64.
func (p Position) holes() []Range {
	return append(slices.Clip(p.skipped), Range{First: p.highest + 1, Last: math.MaxInt64})
}

// ofHoles is the position with these holes, which are ascending and disjoint.
func ofHoles(log uint32, holes []Range) Position {
	merged := holes[:0]
	for _, h := range holes {
		if n := len(merged); n > 0 && merged[n-1].Last+1 == h.First {
			merged[n-1].Last = h.Last
			continue
		}
		merged = append(merged, h)
	}
	n := len(merged) - 1
	return Position{log: log, highest: merged[n].First - 1, skipped: merged[:n:n]}
}

// Union covers what p or q covers. Both must be of one log.
func (p Position) Union(q Position) Position {
	if len(p.skipped)+len(q.skipped) == 0 {
		return Position{log: p.log, highest: max(p.highest, q.highest)}
	}
	a, b := p.holes(), q.holes()
	var both []Range
	for len(a) > 0 && len(b) > 0 {
		first, last := max(a[0].First, b[0].First), min(a[0].Last, b[0].Last)
		if first <= last {
			both = append(both, Range{First: first, Last: last})
		}
		if a[0].Last == last {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return ofHoles(p.log, both)
}

// Meet covers what both p and q cover. Both must be of one log.
func (p Position) Meet(q Position) Position {
	a, b := p.holes(), q.holes()
	all := make([]Range, 0, len(a)+len(b))
	for len(a)+len(b) > 0 {
		if len(b) == 0 || len(a) > 0 && a[0].First <= b[0].First {
			all, a = addRange(all, a[0]), a[1:]
		} else {
			all, b = addRange(all, b[0]), b[1:]
		}
	}
	return ofHoles(p.log, all)
}

// addRange adds a range that does not begin before the last one.
func addRange(ranges []Range, r Range) []Range {
	if n := len(ranges); n > 0 && r.First <= ranges[n-1].Last {
		ranges[n-1].Last = max(ranges[n-1].Last, r.Last)
		return ranges
	}
	return append(ranges, r)
}

// UpTo covers what p covers of the ids up to id.
func (p Position) UpTo(id int64) Position {
	if id >= p.highest {
		return p
	}
	holes := make([]Range, 0, len(p.skipped)+1)
	for _, h := range p.skipped {
		if h.First > id {
			break
		}
		holes = append(holes, Range{First: h.First, Last: min(h.Last, id)})
	}
	return ofHoles(p.log, append(holes, Range{First: id + 1, Last: math.MaxInt64}))
}

// Within says whether q covers everything that p covers. Both must be of one
// log.
func (p Position) Within(q Position) bool {
	if p.highest > q.highest {
		return false
	}
	mine := p.holes()
	for _, h := range q.skipped {
		for len(mine) > 0 && mine[0].Last < h.First {
			mine = mine[1:]
		}
		// Ranges of holes may touch, so a hole of q may lie in several of p.
		for next := h.First; next <= h.Last; {
			if mine[0].First > next { // the last one has no end, so there is one
				return false
			}
			if mine[0].Last >= h.Last {
				break
			}
			next = mine[0].Last + 1
			mine = mine[1:]
		}
	}
	return true
}

// First is the lowest id that the position does not cover.
func (p Position) First() int64 {
	if len(p.skipped) > 0 {
		return p.skipped[0].First
	}
	return p.highest + 1
}

// Missing is how many ids below Highest the position does not cover.
func (p Position) Missing() (n int64) {
	for _, r := range p.skipped {
		n += r.Len()
	}
	return n
}

// Holes is how many ranges of ids below Highest the position does not cover.
func (p Position) Holes() int { return len(p.skipped) }

// FirstOf is the lowest id in the ranges or above after.
func FirstOf(after int64, ranges []Range) int64 {
	if len(ranges) > 0 {
		return ranges[0].First
	}
	return after + 1
}

// Above is what of the ranges lies above the id.
func Above(ranges []Range, id int64) []Range {
	for len(ranges) > 0 && ranges[0].Last <= id {
		ranges = ranges[1:]
	}
	if len(ranges) == 0 || ranges[0].First > id {
		return ranges
	}
	rest := slices.Clone(ranges)
	rest[0].First = id + 1
	return rest
}
