package socket

import "sync/atomic"

// Stats counts what the connections of a gateway do. All fields may be read at
// any time from any goroutine; only this package writes them. The zero value is
// ready. A Stats belongs to one Gateway.
type Stats struct {
	// Open is the number of connections being served.
	Open atomic.Int64
	// Accepted counts upgrades that were answered with 101.
	Accepted atomic.Int64

	// Queued counts frames that could not be written at once.
	Queued atomic.Int64
	// Skipped counts frames that were not sent because their gate had been shut
	// or their connection closed.
	Skipped atomic.Int64
	// Oversized counts frames larger than a queue: each is a fault of the server.
	Oversized atomic.Int64

	closes   [closeLabels]atomic.Int64
	refusals [refusalLabels]atomic.Int64
	counters [counterSets]counters
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

// EachOut calls f for every type of outbound frames with how many were handed to
// the kernel (or to TLS) and how many bytes of them, headers included. A frame
// counts when its last byte did. kinds has the names of the gateway's kinds, by
// number; control frames are called ping, pong and close.
func (s *Stats) EachOut(kinds []string, f func(typ string, frames, bytes int64)) {
	for k, name := range kinds {
		frames, bytes := s.out(outKind(k))
		f(name, frames, bytes)
	}
	for k, name := range controlNames {
		frames, bytes := s.out(outPing + outKind(k))
		f(name, frames, bytes)
	}
}
