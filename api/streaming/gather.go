package streaming

import "notewire/protocol/wire"

// How much of what is gathered is written before the flush.
const (
	gatherFrames = queueChunk
	gatherBytes  = 64 << 10
)

// Gather is Send for a sender who calls Flush soon: until then frames may wait,
// so that many go out with one system call. The sender has the writer's place
// meanwhile, unless somebody else has it, who then writes these too. One sender
// at a time may gather.
func (s *socket) Gather(f *wire.Frame, g *wire.Gate) {
	n := f.Size()
	if n > s.t.limits.QueueBytes {
		s.t.oversized(f)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gathering && !s.q.fits(n, &s.t.limits) {
		s.writeGatheredLocked() // what waits for the flush only makes nobody slow
	}
	switch {
	case s.state != open || !g.Open():
		s.t.stats.Skipped.Add(1)
		return
	case !s.q.fits(n, &s.t.limits):
		s.overflowLocked(closeSlow)
		return
	}
	s.q.charge(n)
	s.q.push(entry{frame: f, gate: g})
	switch {
	case s.fd < 0:
		s.t.stats.Queued.Add(1)
		s.startLocked()
	case !s.placed:
		s.placed, s.gathering = true, true
	case !s.gathering:
		s.t.stats.Queued.Add(1)
	case s.q.frames >= gatherFrames || s.q.bytes >= gatherBytes:
		s.writeGatheredLocked()
	}
}

// Flush writes what was gathered, as far as the kernel has room at once; the
// rest goes the way of everything that waits.
func (s *socket) Flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.gathering {
		return
	}
	if s.writeGatheredLocked(); s.gathering {
		s.gathering = false
		s.leaveLocked()
	}
}

// writeGatheredLocked writes the queue by one system call, or some if it is
// long. If not all goes out, the place is handed to a goroutine that will see to
// it.
func (s *socket) writeGatheredLocked() {
	for len(s.q.entries) > 0 {
		var room [gatherFrames][]byte
		iov := s.collectLocked(room[:0], gatherFrames, drainBytes)
		if len(iov) == 0 {
			return
		}
		n, err := sendAll(int(s.fd), iov)
		s.wroteLocked(n)
		if err != nil || s.q.off > 0 {
			// No room, or no connection any more: the drainer finds out which.
			s.gathering = false
			s.t.stats.Queued.Add(int64(s.q.frames))
			go s.drain()
			return
		}
	}
}

// touch is what channel.Gatherer calls Touch.
func (s *socket) touch() uint64 {
	if s.t == nil { // which lies beside what a send looks at, and never changes
		return 1
	}
	return 0
}
