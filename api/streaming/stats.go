package streaming

import "sync/atomic"

// Stats counts what the sockets do. All fields may be read at any time from any
// goroutine; only this package writes them. The zero value is ready.
type Stats struct {
	// Open is the number of connections being served.
	Open atomic.Int64
	// Accepted counts upgrades that were answered with 101.
	Accepted atomic.Int64

	// FramesOut and BytesOut count what was handed to the kernel (or to TLS),
	// control frames and headers included. A frame counts when its last byte did.
	FramesOut, BytesOut atomic.Int64
	// FramesIn and BytesIn count what came, control frames, fragments and
	// headers included.
	FramesIn, BytesIn atomic.Int64
	// Queued counts frames that could not be written at once.
	Queued atomic.Int64
	// Skipped counts queued frames that were not sent because their channel had
	// been left or their connection closed.
	Skipped atomic.Int64
	// Oversized counts frames larger than a queue: each is a fault of the server.
	Oversized atomic.Int64
	// QueueBytes is what waits in all queues together, shared frames once.
	QueueBytes atomic.Int64

	// Replayed counts events that were replayed to a client that resumed.
	Replayed atomic.Int64
	// Gaps counts channels and captures that could not be resumed.
	Gaps atomic.Int64

	closes   [closeLabels]atomic.Int64
	refusals [refusalLabels]atomic.Int64
}

// Closes is how many connections ended with this label.
func (s *Stats) Closes(l CloseLabel) int64 { return s.closes[l].Load() }

// EachClose calls f for every label with the number of connections that ended
// with it.
func (s *Stats) EachClose(f func(label string, n int64)) {
	for l := range s.closes {
		f(CloseLabel(l).String(), s.closes[l].Load())
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
