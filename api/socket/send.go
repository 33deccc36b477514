package socket

import (
	"log/slog"

	"notewire/protocol/wire"
)

// Send hands a frame over for delivery and never blocks. It may be called from
// any goroutine; frames of one goroutine keep their order. Nothing is sent
// before the handshake is answered and once the connection is closing, nor if
// the gate is shut before the frame's first byte is written. A nil gate is
// always open. A connection whose queue would pass its bounds is closed.
func (s *Socket) Send(f *wire.Frame, g *wire.Gate) {
	if f.Size() > s.g.limits.QueueBytes {
		s.reportOversized(f)
		return
	}
	s.put(entry{frame: f, gate: g})
}

// reportOversized tells of a frame that no queue can hold.
func (s *Socket) reportOversized(f *wire.Frame) {
	s.g.stats.Oversized.Add(1)
	s.g.t.log.report("dropped a frame that is larger than a connection's queue", slog.Int("bytes", f.Size()), slog.Int("limit", s.g.limits.QueueBytes))
}

// put writes an entry at once if the writer lock is free and the kernel has
// room, and queues it otherwise.
func (s *Socket) put(e entry) {
	n, kind := e.size(), e.kind()
	s.mu.Lock()
	if s.state != open || !e.gate.Open() {
		s.mu.Unlock()
		if e.frame != nil {
			s.g.stats.Skipped.Add(1)
		}
		return
	}
	if !s.q.fits(n, &s.g.limits) {
		s.overflowLocked(closeSlow)
		s.mu.Unlock()
		return
	}
	if s.writerHeld || s.fd < 0 {
		s.q.charge(n)
		s.q.push(e)
		s.startWriterLocked()
		s.mu.Unlock()
		s.g.stats.Queued.Add(1)
		return
	}
	// The writer lock is taken and given back under the mutex, which is what
	// makes most frames cheap.
	written, err := send(int(s.fd), e.wire())
	if wouldBlock(err) {
		err = nil
	}
	s.out.Bytes += int64(written)
	switch {
	case err != nil:
	case written == n:
		s.out.Frames++
	default:
		s.writerHeld = true
		s.q.charge(n)
		s.q.pushStarted(e, written)
		go s.writeQueue()
	}
	s.mu.Unlock()
	traffic := &s.counters.out[kind]
	switch {
	case err != nil:
		s.abort(endedGone)
	case written == n:
		traffic.add(1, n)
	default:
		traffic.add(0, written)
		s.g.stats.Queued.Add(1)
	}
}

// startWriterLocked starts a goroutine that writes the queue, unless somebody
// who will see to it holds the writer lock.
func (s *Socket) startWriterLocked() {
	if !s.writerHeld {
		s.writerHeld = true
		go s.writeQueue()
	}
}

// unlockWriterLocked gives the writer lock back. The queue is empty, or the
// socket dead.
func (s *Socket) unlockWriterLocked() {
	if s.state == dead {
		s.q.clear()
	}
	s.writerHeld = false
	if s.flushed != nil {
		close(s.flushed)
		s.flushed = nil
	}
}

// closedChan is what stands for a signal that was given already.
var closedChan = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// Flushed returns a channel that is closed once nothing waits to be written, or
// the connection has ended. Frames that are sent after the call may be waited
// for as well.
func (s *Socket) Flushed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.writerHeld {
		return closedChan
	}
	if s.flushed == nil {
		s.flushed = make(chan struct{})
	}
	return s.flushed
}

// waiting is how many bytes are queued; 0 once the connection is closing.
func (s *Socket) waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != open {
		return 0
	}
	return s.q.bytes
}
