package streaming

import (
	"sync/atomic"
	"time"
)

// Stats counts what the sockets do. All fields may be read at any time from any
// goroutine; only this package writes them. The zero value is ready. A Stats
// belongs to one Server.
type Stats struct {
	// Open is the number of connections being served.
	Open atomic.Int64
	// Users is how many of them belong to somebody; the others are anonymous.
	Users atomic.Int64
	// Accepted counts upgrades that were answered with 101.
	Accepted atomic.Int64

	// Queued counts frames that could not be written at once.
	Queued atomic.Int64
	// Skipped counts queued frames that were not sent because their channel had
	// been left or their connection closed.
	Skipped atomic.Int64
	// Oversized counts frames larger than a queue: each is a fault of the server.
	Oversized atomic.Int64
	// QueueBytes is what waits in all queues together, shared frames once.
	QueueBytes atomic.Int64
	// QueueFrames is how many frames wait in all queues together, each as often
	// as it is to be sent.
	QueueFrames atomic.Int64

	// Replayed counts events that were replayed to a client that resumed.
	Replayed atomic.Int64
	// ReplayRounds counts replays that had to go on because too much came by to
	// be held meanwhile.
	ReplayRounds atomic.Int64
	// Gaps counts channels and captures that could not be resumed, except for
	// cursors that were malformed or of another log.
	Gaps atomic.Int64

	// Unreadable counts events of the log that nobody could read and nobody
	// was sent: each is a fault of whoever wrote it.
	Unreadable atomic.Int64
	// UnknownEvents counts events of kinds that this program does not know.
	UnknownEvents atomic.Int64
	// PrepareFailures counts events that went out without what a query should
	// have added.
	PrepareFailures atomic.Int64
	// Lag is the time from an event's commit, as its writer's or the
	// database's clock has it, to its delivery to the shards.
	Lag Histogram

	closes   [closeLabels]atomic.Int64
	refusals [refusalLabels]atomic.Int64
	tallies  [tallies]tally
}

// Closes is how many connections ended with this label.
func (s *Stats) Closes(l CloseLabel) int64 { return s.closes[l].Load() }

// EachClose calls f for every label with the number of connections that ended
// with it.
func (s *Stats) EachClose(f func(label CloseLabel, n int64)) {
	for l := range s.closes {
		f(CloseLabel(l), s.closes[l].Load())
	}
}

// Refusals is how many upgrades were refused with this label.
func (s *Stats) Refusals(l RefusalLabel) int64 { return s.refusals[l].Load() }

// EachRefusal calls f for every label with the number of upgrades that were
// refused with it.
func (s *Stats) EachRefusal(f func(label string, n int64)) {
	for l := range s.refusals {
		f(RefusalLabel(l).String(), s.refusals[l].Load())
	}
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
