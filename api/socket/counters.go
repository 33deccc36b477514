package socket

import (
	"sync/atomic"

	"notewire/protocol/wire"
)

// counterSets is over how many sets of counters the sockets are spread. It is
// more than most machines have shards.
const counterSets = 16

// counters count the traffic of the sockets of one shard. What is counted for
// every recipient of every event must not be one number that all processors
// want to write: the sockets of a shard are mostly written by the shard's
// goroutine, so its counters stay in one processor's cache, and the sets are
// added up when somebody looks.
type counters struct {
	out [outKinds]traffic
	in  traffic // as it came: control frames, fragments and headers too

	_ [128]byte // so that no two sets share a cache line
}

// traffic is a number of frames and their bytes.
type traffic struct{ frames, bytes atomic.Int64 }

func (t *traffic) add(frames, bytes int) {
	if frames != 0 {
		t.frames.Add(int64(frames))
	}
	t.bytes.Add(int64(bytes))
}

// ofShard is the set of a shard.
func (s *Stats) ofShard(shard int) *counters { return &s.counters[shard%counterSets] }

// outKind is what an outbound frame is counted as: its kind, or the type of a
// control frame.
type outKind uint8

const (
	outPing = outKind(wire.MaxKinds) + iota
	outPong
	outClose
	outKinds
)

var controlNames = [outKinds - outPing]string{"ping", "pong", "close"}

// kind is what the entry is counted as.
func (e *entry) kind() outKind {
	if e.control == nil {
		return outKind(e.frame.Kind())
	}
	switch e.control.wire[0] & 0xf {
	case opClose:
		return outClose
	case opPong:
		return outPong
	default:
		return outPing
	}
}

// out is how many frames of a kind were handed to the kernel, and bytes.
func (s *Stats) out(k outKind) (frames, bytes int64) {
	for i := range s.counters {
		frames += s.counters[i].out[k].frames.Load()
		bytes += s.counters[i].out[k].bytes.Load()
	}
	return frames, bytes
}

// Out is how many frames were handed to the kernel (or to TLS), control frames
// included, and how many bytes.
func (s *Stats) Out() (frames, bytes int64) {
	for k := range outKinds {
		f, b := s.out(k)
		frames, bytes = frames+f, bytes+b
	}
	return frames, bytes
}

// In is how many frames came, control frames and fragments included, and how
// many bytes.
func (s *Stats) In() (frames, bytes int64) {
	for i := range s.counters {
		frames += s.counters[i].in.frames.Load()
		bytes += s.counters[i].in.bytes.Load()
	}
	return frames, bytes
}
