package wire

import (
	"encoding/binary"
	"sync/atomic"
)

// Frame is one complete, unmasked websocket text frame as a server sends it:
// header and payload. It is built once and then shared, read-only, by every
// connection that is sent the same bytes.
type Frame struct {
	bytes  []byte
	queues atomic.Int32
	header uint8 // bytes of header
	kind   Kind
}

// Kind says under which number a frame is counted. What the numbers mean is the
// matter of the package that builds the frames.
type Kind uint8

// MaxKinds is how many kinds there may be: a Kind is below it. A frame of a
// kind that is not is counted as kind 0.
const MaxKinds = 16

// The header of a final, unmasked text frame (RFC 6455, section 5.2).
const (
	finalText = 0x81
	// maxHeader is the size of the longest header, in bytes.
	maxHeader = 10
	// maxLength7 is the largest payload whose length stands in the second byte,
	// and maxLength16 the largest whose length stands in two more.
	maxLength7, maxLength16 = 125, 0xffff
	length16, length64      = 126, 127
)

// Start returns a buffer in which an encoder builds the payload of a frame, with
// room for size bytes of it; Finish makes it a frame. The encoder appends and
// leaves what the buffer holds already, which is where the header will stand.
// size is a hint: a payload that is longer costs another allocation, one that is
// shorter wastes memory.
func Start(size int) []byte { return make([]byte, maxHeader, maxHeader+size) }

// Finish makes a frame of a buffer that Start returned and the encoder appended
// the payload to. The buffer belongs to the frame afterwards.
func Finish(kind Kind, buf []byte) *Frame {
	payload := len(buf) - maxHeader
	size := 2
	switch {
	case payload <= maxLength7:
	case payload <= maxLength16:
		size += 2
	default:
		size += 8
	}
	bytes := buf[maxHeader-size:]
	bytes[0] = finalText
	switch size {
	case 2:
		bytes[1] = byte(payload)
	case 4:
		bytes[1] = length16
		binary.BigEndian.PutUint16(bytes[2:], uint16(payload))
	default:
		bytes[1] = length64
		binary.BigEndian.PutUint64(bytes[2:], uint64(payload))
	}
	if kind >= MaxKinds {
		kind = 0
	}
	return &Frame{bytes: bytes, header: uint8(size), kind: kind}
}

// NewFrame builds the frame whose payload is the concatenation of parts.
func NewFrame(kind Kind, parts ...[]byte) *Frame {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	buf := Start(size)
	for _, p := range parts {
		buf = append(buf, p...)
	}
	return Finish(kind, buf)
}

// Bytes is the whole frame as it goes over the socket. It must not be changed.
func (f *Frame) Bytes() []byte { return f.bytes }

// Payload is the frame's text without the header. It must not be changed.
func (f *Frame) Payload() []byte { return f.bytes[f.header:] }

// Kind is the number under which the frame is counted.
func (f *Frame) Kind() Kind { return f.kind }

// Size is the length of the whole frame in bytes.
func (f *Frame) Size() int { return len(f.bytes) }

// Retain notes that one more queue holds the frame and says whether it is the
// first, so that shared frames are counted once in the total of all queues.
func (f *Frame) Retain() (first bool) { return f.queues.Add(1) == 1 }

// Release notes that a queue let go of the frame and says whether it was the
// last.
func (f *Frame) Release() (last bool) { return f.queues.Add(-1) == 0 }
