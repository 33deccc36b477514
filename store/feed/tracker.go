package feed

import (
	"slices"
	"sort"
	"time"

	"notewire/store"
)

// hole is a range of skipped ids that were seen to be missing together.
type hole struct {
	Range
	seen    time.Time
	horizon uint64 // 0: not asked for yet
}

// tracker is the reader's knowledge of the log, without I/O and without a
// clock of its own.
type tracker struct {
	log     uint32
	highest int64
	pruned  int64
	holes   []hole // ascending, disjoint, below highest

	noticed uint64 // ids that were found missing
	filled  uint64 // skipped ids that were committed late
	givenUp uint64 // skipped ids that stayed empty
}

// newTracker starts at the head of a log. All missing ids get the same
// horizon, which must have been asked for after the head.
func newTracker(id Identity, head Head, horizon uint64, now time.Time) *tracker {
	t := &tracker{log: id.fingerprint(), highest: head.Highest, pruned: head.PrunedThrough}
	for _, r := range head.Missing {
		t.noticed += uint64(r.Len())
		t.holes = append(t.holes, hole{Range: r, seen: now, horizon: horizon})
	}
	return t
}

// clone is a tracker that can be changed without changing this one, so that a
// batch that was not handled leaves no trace.
func (t *tracker) clone() *tracker {
	c := *t
	c.holes = slices.Clone(t.holes)
	return &c
}

// asked are the ranges that a read has to ask for.
func (t *tracker) asked() []Range {
	if len(t.holes) == 0 {
		return nil
	}
	ranges := make([]Range, len(t.holes))
	for i, h := range t.holes {
		ranges[i] = h.Range
	}
	return ranges
}

// position is what the tracker covers.
func (t *tracker) position() Position {
	return Position{log: t.log, highest: t.highest, skipped: t.asked()}
}

// skipped is how many ids are missing.
func (t *tracker) skipped() (n int64) {
	for _, h := range t.holes {
		n += h.Len()
	}
	return n
}

// horizonDue is since when the oldest hole without a horizon is open.
func (t *tracker) horizonDue() (time.Time, bool) {
	for _, h := range t.holes {
		if h.horizon == 0 {
			// Holes without a horizon stand in the order in which they were
			// seen, since new ones are added at the top.
			return h.seen, true
		}
	}
	return time.Time{}, false
}

// setHorizon gives a horizon that was asked for just now to every hole that has
// been open for wait or longer. Younger holes mostly close by themselves.
func (t *tracker) setHorizon(horizon uint64, now time.Time, wait time.Duration) {
	for i := range t.holes {
		if h := &t.holes[i]; h.horizon == 0 && now.Sub(h.seen) >= wait {
			h.horizon = horizon
		}
	}
}

// apply adds what a read found to the tracker. The read must have asked for
// every id above highest and for every id in the holes. The batch takes over
// the read's events. More says that the next read should begin at once.
func (t *tracker) apply(read Read, limit int, now time.Time) (b Batch, more bool) {
	after := t.highest
	n := sort.Search(len(read.Events), func(i int) bool { return read.Events[i].ID > after })
	late, fresh := read.Events[:n], read.Events[n:]
	more = len(late) >= limit || len(fresh) >= limit
	if len(late) >= limit {
		// The read did not answer for all skipped ids. A new event may depend on
		// one of the others, so the new events have to wait for the next read.
		fresh = nil
	}

	if t.prune(read.PrunedThrough) {
		b.Gap = &Gap{Reason: GapPruned}
	}
	if len(late) < limit {
		// Only holes that this read found empty may be given up, so the ids that
		// it found are left out.
		t.giveUp(late, read.Xmin)
	}
	if len(late)+len(fresh) == 0 && b.Gap == nil {
		return b, more
	}
	b.start = t.position()

	// The read's slice is reused, since it belongs to the tracker now.
	b.Events = read.Events[:0]
	for _, ev := range late {
		if t.fill(ev.ID) {
			b.Events = append(b.Events, ev)
		}
	}
	b.late = len(b.Events)
	for _, ev := range fresh {
		if ev.ID <= t.highest {
			continue
		}
		if ev.ID > t.highest+1 {
			t.holes = append(t.holes, hole{Range: Range{First: t.highest + 1, Last: ev.ID - 1}, seen: now})
			t.noticed += uint64(ev.ID - 1 - t.highest)
		}
		t.highest = ev.ID
		b.Events = append(b.Events, ev)
	}
	if len(b.Events) > 0 {
		b.skipped = t.asked()
	}
	return b, more
}

// prune forgets what was deleted, and says whether unread events may have
// been among it. Pruning never passes a running transaction (see the engines'
// Prune), so nothing can be filled below.
func (t *tracker) prune(through int64) (lost bool) {
	if through <= t.pruned {
		return false
	}
	t.pruned = through
	if through > t.highest {
		t.highest = through
		lost = true
	}
	kept := t.holes[:0]
	for _, h := range t.holes {
		if h.First <= through {
			lost = true
			h.First = through + 1
		}
		if h.First <= h.Last {
			kept = append(kept, h)
		}
	}
	t.holes = kept
	return lost
}

// giveUp forgets the holes whose horizon a snapshot has reached, except for
// the ids that it found.
func (t *tracker) giveUp(found []store.Event, xmin uint64) {
	var kept []hole
	for i, h := range t.holes {
		if h.horizon == 0 || xmin < h.horizon {
			if kept != nil {
				kept = append(kept, h)
			}
			continue
		}
		if kept == nil {
			kept = append(make([]hole, 0, len(t.holes)), t.holes[:i]...)
		}
		t.givenUp += uint64(h.Len())
		for len(found) > 0 && found[0].ID <= h.Last {
			if id := found[0].ID; id >= h.First {
				kept = append(kept, hole{Range: Range{First: id, Last: id}, seen: h.seen, horizon: h.horizon})
				t.givenUp--
			}
			found = found[1:]
		}
	}
	if kept != nil {
		t.holes = kept
	}
}

// fill takes one id out of the holes and says whether it was in one.
func (t *tracker) fill(id int64) bool {
	i := sort.Search(len(t.holes), func(i int) bool { return t.holes[i].Last >= id })
	if i == len(t.holes) || t.holes[i].First > id {
		return false
	}
	t.filled++
	h := t.holes[i]
	switch {
	case h.First == h.Last:
		t.holes = slices.Delete(t.holes, i, i+1)
	case h.First == id:
		t.holes[i].First++
	case h.Last == id:
		t.holes[i].Last--
	default:
		upper := h
		upper.First = id + 1
		t.holes[i].Last = id - 1
		t.holes = slices.Insert(t.holes, i+1, upper)
	}
	return true
}
