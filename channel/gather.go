package channel

import "notewire/protocol/wire"

// Gatherer is a Sink that can take several frames before it writes any, many
// to a system call. A Sink that is none is sent each frame by itself.
type Gatherer interface {
	Sink
	// Gather is Send for a sink that is flushed soon. It keeps the order with
	// what is sent. It may write before the flush, if much is waiting.
	Gather(f *wire.Frame, gate *wire.Gate)
	// Flush writes what was gathered. It never blocks.
	Flush()
	// Prefetch looks at what Send will look at, so that it is in the processor's
	// cache, and does nothing else. What it answers means nothing.
	Prefetch() uint64
}

// When frames are gathered. A connection's frames wait for at most that many
// events and frames of others.
const (
	gatherEvents = 16
	gatherFrames = 4096
)

// send sends the member a frame: at once, or at the shard's next flush.
func (m *Member) send(f *wire.Frame, gate *wire.Gate) {
	s := m.shard
	if !s.gathering || m.gatherer == nil {
		s.inSink = true
		m.sink.Send(f, gate)
		s.inSink = false
		return
	}
	if !m.gathered {
		m.gathered = true
		s.gathered = append(s.gathered, m)
	}
	s.inSink = true
	m.gatherer.Gather(f, gate)
	s.inSink = false
	if s.gatheredFrames++; s.gatheredFrames >= gatherFrames {
		s.flush()
	}
}

// close asks for the member's connection to be closed.
func (m *Member) close(why CloseReason) {
	m.shard.inSink = true
	m.sink.Close(why)
	m.shard.inSink = false
}

// flush has everything written that was gathered.
func (s *shard) flush() {
	s.inSink = true
	for i, m := range s.gathered {
		m.gathered = false
		m.gatherer.Flush()
		s.gathered[i] = nil
	}
	s.inSink = false
	s.gathered, s.gatheredFrames, s.eventsSinceFlush = s.gathered[:0], 0, 0
}
