package streaming

import (
	"sync/atomic"
	"time"

	"notewire/api/socket"
)

// Stats counts what the server does. All fields may be read at any time from any
// goroutine; only this package writes them. The zero value is ready. A Stats
// belongs to one Server.
type Stats struct {
	// Stats of the connections.
	socket.Stats
	// Users is how many connections belong to somebody; the others are anonymous.
	Users atomic.Int64

	// Replayed counts events that were replayed to a client that resumed.
	Replayed atomic.Int64
	// ReplayRounds counts replays that had to go on because too much came by to
	// be held meanwhile.
	ReplayRounds atomic.Int64
	// Gaps counts channels and captures that could not be resumed because too much
	// lies after their cursors, or because it was deleted.
	Gaps atomic.Int64

	// Unreadable counts events of the log that nobody could read and nobody
	// was sent: each is a fault of whoever wrote it.
	Unreadable atomic.Int64
	// NotesWithoutFacts counts events that carried a note of which nobody said who
	// may see it. Nobody is sent them. Each is a fault of a writer.
	NotesWithoutFacts atomic.Int64
	// FactsDerived counts events whose writer, an older version or another program,
	// left no facts of their note: they were derived from the note.
	FactsDerived atomic.Int64
	// UnknownEvents counts events of kinds that this program does not know.
	UnknownEvents atomic.Int64
	// PrepareFailures counts events that went out without what a query should
	// have added.
	PrepareFailures atomic.Int64
	// Lag is the time from an event's commit, as its writer's or the
	// database's clock has it, to its delivery to the shards.
	Lag Histogram

	messages [messageCounterSets]messageCounters
}

// Histogram counts durations. The zero value is ready; it is safe for
// concurrent use.
type Histogram struct {
	counts [len(histogramBounds) + 1]atomic.Int64
	sum    atomic.Int64 // nanoseconds
}

// histogramBounds are the upper bounds of the buckets; the last has none.
var histogramBounds = [...]time.Duration{
	time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond,
	50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second,
}

// observe counts one duration. One below zero, which two clocks can make of
// nothing, counts as zero.
func (h *Histogram) observe(d time.Duration) {
	d = max(d, 0)
	i := 0
	for i < len(histogramBounds) && d > histogramBounds[i] {
		i++
	}
	h.counts[i].Add(1)
	h.sum.Add(int64(d))
}

// Read is how many durations there were, their sum, and how many of them were
// at most as long as each bound.
func (h *Histogram) Read() (count uint64, sum time.Duration, atMost map[time.Duration]uint64) {
	atMost = make(map[time.Duration]uint64, len(histogramBounds))
	sum = time.Duration(h.sum.Load())
	for i := range h.counts {
		count += uint64(h.counts[i].Load())
		if i < len(histogramBounds) {
			atMost[histogramBounds[i]] = count
		}
	}
	return count, sum, atMost
}
