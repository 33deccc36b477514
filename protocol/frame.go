package protocol

import (
	"encoding/binary"
	"sync/atomic"
)

// Frame is one complete, unmasked websocket text frame, header and payload,
// as a server sends it. It is built once and then shared, read-only, by every
// connection that is sent the same bytes.
type Frame struct {
	wire   []byte
	header int
	queues atomic.Int32
	kind   FrameKind
}

// FrameKind is what a frame is about, for counting: the type of its message,
// coarsely.
type FrameKind uint8

// The kinds of frames.
const (
	KindOther       FrameKind = iota // made by NewFrame
	KindChannel                      // an event of a channel
	KindConnected                    // a channel was joined
	KindNoteUpdated                  // an event of a captured note
	KindBroadcast                    // for everybody, outside of channels
	KindAPI                          // the answer to an APICall
	FrameKinds                       // how many kinds there are
)

// String is the kind as it stands in metrics.
func (k FrameKind) String() string {
	if k >= FrameKinds {
		return "unknown"
	}
	return [FrameKinds]string{"other", "channel", "connected", "noteUpdated", "broadcast", "api"}[k]
}

// The bytes of a websocket header for a final, unmasked text frame (RFC 6455,
// section 5.2).
const (
	finalText      = 0x81
	maxFrameHeader = 10
)

// NewFrame builds the frame whose payload is the concatenation of parts.
func NewFrame(parts ...[]byte) *Frame {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	buf := make([]byte, 0, maxFrameHeader+n)
	buf = appendTextHeader(buf, n)
	f := &Frame{header: len(buf)}
	for _, p := range parts {
		buf = append(buf, p...)
	}
	f.wire = buf
	return f
}

// appendTextHeader appends the header of a final, unmasked text frame.
func appendTextHeader(dst []byte, payload int) []byte {
	switch {
	case payload < 126:
		return append(dst, finalText, byte(payload))
	case payload <= 0xffff:
		return binary.BigEndian.AppendUint16(append(dst, finalText, 126), uint16(payload))
	default:
		return binary.BigEndian.AppendUint64(append(dst, finalText, 127), uint64(payload))
	}
}

// Wire is the whole frame as it goes over the socket. It must not be changed.
func (f *Frame) Wire() []byte { return f.wire }

// Payload is the frame's text without the header. It must not be changed.
func (f *Frame) Payload() []byte { return f.wire[f.header:] }

// Kind is what the frame is about.
func (f *Frame) Kind() FrameKind { return f.kind }

// Size is the length of the whole frame in bytes.
func (f *Frame) Size() int { return len(f.wire) }

// Retain notes that one more queue holds the frame and says whether it is the
// first, so that shared frames are counted once in the total of all queues.
func (f *Frame) Retain() (first bool) { return f.queues.Add(1) == 1 }

// Release notes that a queue let go of the frame and says whether it was the
// last.
func (f *Frame) Release() (last bool) { return f.queues.Add(-1) == 0 }

// Gate is open while a channel subscription lives. A queued frame whose gate
// was shut is not sent any more: clients answer frames of a channel that they
// have left with another disconnect.
type Gate struct{ shut atomic.Bool }

// Shut closes the gate for good.
func (g *Gate) Shut() { g.shut.Store(true) }

// Open says whether frames may pass. A nil gate is always open.
func (g *Gate) Open() bool { return g == nil || !g.shut.Load() }
