package feed

import (
	"slices"
	"sort"

	"notewire/store"
)

// GapReason says why events may have been missed: by a reader, or by a client
// that wants to resume from a cursor. Clients read it in gap events, so the
// texts are part of the protocol.
type GapReason string

// The reasons for a gap. A reader knows the first two, a client all.
const (
	// GapPruned: events after the position have been deleted.
	GapPruned GapReason = "pruned"
	// GapOtherLog: the position is of another log, or of a future that this log
	// does not have. The database was replaced or restored, or a replica that
	// was behind has taken over.
	GapOtherLog GapReason = "otherLog"
	// GapMalformed: the cursor is not one that this program makes.
	GapMalformed GapReason = "malformed"
	// GapTooFar: more events lie after the cursor than are replayed.
	GapTooFar GapReason = "tooFar"
	// GapPassedOver: an event after the cursor could not be delivered, because of a
	// fault of this program.
	GapPassedOver GapReason = "passedOver"
)

// Gap says that events may have been missed and nobody can tell which. Whoever
// depends on having seen every event has to begin anew.
type Gap struct{ Reason GapReason }

// Batch is what a handler gets at once: a gap, or events, or a gap and then
// events.
type Batch struct {
	// Gap lies before Events. Nil means that nothing was missed.
	Gap *Gap
	// Events are in the order in which they are to be handled. Those that were
	// committed late come first.
	Events []store.Event

	// The positions are computed from the fields below when they are asked for,
	// since most of them never are.
	start Position // before Events, after Gap
	late  int      // Events[:late] fill skipped ids
	// skipped are the ranges after the last event. As ranges that new events
	// add lie above all others, the ranges after each new event are a prefix.
	skipped []Range
}

// Start is the position before the first event and after the gap.
func (b *Batch) Start() Position { return b.start }

// Position is the position after Events[i].
func (b *Batch) Position(i int) Position {
	id := b.Events[i].ID
	if i >= b.late {
		n := sort.Search(len(b.skipped), func(k int) bool { return b.skipped[k].First > id })
		return Position{log: b.start.log, highest: id, skipped: b.skipped[:n:n]}
	}
	p := b.start
	p.skipped = slices.Clone(p.skipped)
	for _, ev := range b.Events[:i+1] {
		p.skipped = cut(p.skipped, ev.ID)
	}
	return p
}

// End is the position after the batch.
func (b *Batch) End() Position {
	if len(b.Events) == 0 {
		return b.start
	}
	return b.Position(len(b.Events) - 1)
}

// cut takes one id out of ranges, in place where it can.
func cut(ranges []Range, id int64) []Range {
	i := sort.Search(len(ranges), func(i int) bool { return ranges[i].Last >= id })
	if i == len(ranges) || ranges[i].First > id {
		return ranges
	}
	r := ranges[i]
	switch {
	case r.First == r.Last:
		return slices.Delete(ranges, i, i+1)
	case r.First == id:
		ranges[i].First++
	case r.Last == id:
		ranges[i].Last--
	default:
		ranges[i].Last = id - 1
		return slices.Insert(ranges, i+1, Range{First: id + 1, Last: r.Last})
	}
	return ranges
}
