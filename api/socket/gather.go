package socket

import "notewire/protocol/wire"

// How much of what is gathered is written before the flush.
const (
	gatherFrames = queueChunk
	gatherBytes  = 64 << 10
)

// Gather is Send for a sender who calls Flush soon: until then frames may wait,
// so that many go out with one system call. The sender holds the writer lock
// meanwhile, unless somebody else holds it, who then writes these too. One sender
// at a time may gather.
func (s *Socket) Gather(f *wire.Frame, g *wire.Gate) {
	n := f.Size()
	if n > s.g.limits.QueueBytes {
		s.reportOversized(f)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gathering && !s.q.fits(n, &s.g.limits) {
		s.writeGatheredLocked() // a client is not slow because frames wait for the flush
	}
	switch {
	case s.state != open || !g.Open():
		s.g.stats.Skipped.Add(1)
		return
	case !s.q.fits(n, &s.g.limits):
		s.overflowLocked(closeSlow)
		return
	}
	s.q.charge(n)
	s.q.push(entry{frame: f, gate: g})
	switch {
	case s.fd < 0:
		s.g.stats.Queued.Add(1)
		s.startWriterLocked()
	case !s.writerHeld:
		s.writerHeld, s.gathering = true, true
	case !s.gathering:
		s.g.stats.Queued.Add(1)
	case s.q.frames >= gatherFrames || s.q.bytes >= gatherBytes:
		s.writeGatheredLocked()
	}
}

// Flush writes what was gathered, as far as the kernel has room at once; the
// rest goes the way of everything that waits.
func (s *Socket) Flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.gathering {
		return
	}
	if s.writeGatheredLocked(); s.gathering {
		s.gathering = false
		s.unlockWriterLocked()
	}
}

// writeGatheredLocked writes the queue by one system call, or some if it is
// long. If not all goes out, the writer lock is handed to a goroutine that will
// see to it.
func (s *Socket) writeGatheredLocked() {
	for len(s.q.entries) > 0 {
		var room [gatherFrames][]byte
		iov := s.collectLocked(room[:0], gatherFrames, writeBytes)
		if len(iov) == 0 {
			return
		}
		n, err := sendAll(int(s.fd), iov)
		s.wroteLocked(n)
		if err != nil || s.q.off > 0 {
			// No room, or no connection any more: the writer finds out which.
			s.gathering = false
			s.g.stats.Queued.Add(int64(s.q.frames))
			go s.writeQueue()
			return
		}
	}
}

// Touch reads what a send looks at first, so that it is in the cache when the
// send comes: whoever sends to many calls it for some of them beforehand. The
// answer means nothing.
func (s *Socket) Touch() uint64 {
	if s.g == nil { // which lies beside what a send looks at, and never changes
		return 1
	}
	return 0
}
