package socket

import (
	"encoding/binary"
	"math"
	"time"

	"golang.org/x/time/rate"
)

// Opcodes of RFC 6455, section 5.2.
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xa
)

// Bits of a header's first byte: the last frame of a message, and opcodes of
// control frames.
const (
	bitFin     = 0x80
	bitControl = 0x8
)

// maxControl is the size of the largest control frame that a server writes:
// two bytes of header and 125 of payload.
const maxControl = 2 + 125

// scanner follows the frame boundaries in what a client sends. The websocket
// library tells neither of pongs nor of how many frames it read, and both are
// needed for limits that a flood of empty control frames cannot pass under.
// What is not a frame at all is left for the library to refuse.
type scanner struct {
	header [14]byte // of the frame that is being read: at most 2+8+4 bytes
	have   int      // bytes of header
	skip   uint64   // bytes of payload still to come
}

// scan reads on and returns how many frame headers were completed, how many of
// them were pongs, and whether one was a close frame.
func (sc *scanner) scan(p []byte) (frames, pongs int, closed bool) {
	for len(p) > 0 {
		if sc.skip > 0 {
			n := min(sc.skip, uint64(len(p)))
			sc.skip -= n
			p = p[n:]
			continue
		}
		sc.header[sc.have] = p[0]
		sc.have++
		p = p[1:]
		if sc.have < 2 || sc.have < headerSize(sc.header[1]) {
			continue
		}
		sc.skip = payloadSize(&sc.header)
		sc.have = 0
		frames++
		switch sc.header[0] & 0xf {
		case opPong:
			pongs++
		case opClose:
			closed = true
		}
	}
	return frames, pongs, closed
}

// headerSize is the size of a header whose second byte is b.
func headerSize(b byte) int {
	n := 2
	switch b & 0x7f {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	if b&0x80 != 0 {
		n += 4
	}
	return n
}

// payloadSize is the payload length that a complete header tells.
func payloadSize(h *[14]byte) uint64 {
	switch l := h[1] & 0x7f; l {
	case 126:
		return uint64(binary.BigEndian.Uint16(h[2:]))
	case 127:
		return binary.BigEndian.Uint64(h[2:])
	default:
		return uint64(l)
	}
}

// whole is how many bytes of p, which begins with a header, are whole frames. A
// frame that the library refuses for its header counts as whole with whatever
// there is of it. limit is how large a message may be, and left how much of that
// the message that is under way has left, in bytes of payload. The error is
// errTooBig where the next frame passes that, which its header tells.
func whole(p []byte, limit, left int) (n int, err error) {
	for {
		rest := p[n:]
		if len(rest) < 2 || len(rest) < headerSize(rest[1]) {
			return n, nil
		}
		var header [14]byte
		h := copy(header[:], rest[:headerSize(rest[1])])
		size := payloadSize(&header)
		switch {
		case outlaw(&header, size):
			return len(p), nil
		case header[0]&bitControl == 0 && size > uint64(left):
			return n, errTooBig
		case uint64(len(rest)-h) < size:
			return n, nil
		}
		n += h + int(size)
		switch {
		case header[0]&bitControl != 0:
		case header[0]&bitFin != 0:
			left = limit
		default:
			left -= int(size)
		}
	}
}

// simple takes apart the frame that p begins with if it is a whole message by
// itself, as nearly all are. n is how long the frame is. The message is unmasked
// where it lies. p are whole frames; see whole.
func simple(p []byte) (message []byte, n int, ok bool) {
	var header [14]byte
	h := copy(header[:], p[:min(len(p), headerSize(p[1]))])
	size := payloadSize(&header)
	if op := header[0] &^ bitFin; header[0]&bitFin == 0 || op != opText && op != opBinary || outlaw(&header, size) {
		return nil, 0, false
	}
	n = h + int(size)
	message = p[h:n]
	unmask(message, [4]byte(header[h-4:h]))
	return message, n, true
}

// unmask undoes the mask of RFC 6455, section 5.3.
func unmask(p []byte, key [4]byte) {
	k := binary.NativeEndian.Uint32(key[:])
	wide := uint64(k)<<32 | uint64(k)
	for len(p) >= 8 {
		binary.NativeEndian.PutUint64(p, binary.NativeEndian.Uint64(p)^wide)
		p = p[8:]
	}
	for i := range p {
		p[i] ^= key[i%4]
	}
}

// outlaw says whether no server has to read further than this header: reserved
// bits or opcodes, no mask, a size whose highest bit is set, a control frame
// that is long or in fragments.
func outlaw(h *[14]byte, size uint64) bool {
	const reserved, masked = 0x70, 0x80
	if h[0]&reserved != 0 || h[1]&masked == 0 || size > math.MaxInt64 {
		return true
	}
	switch h[0] & 0xf {
	case opContinuation, opText, opBinary:
		return false
	case opClose, opPing, opPong:
		return size > maxControl-2 || h[0]&bitFin == 0
	default:
		return true
	}
}

// throttle bounds how fast frames are taken from a client. It belongs to the
// goroutine that reads.
type throttle struct {
	limiter *rate.Limiter
	resume  time.Time // nothing is read before
	since   time.Time // when the client went over the rate; zero when it is below
}

// portion is how much of n bytes is to be looked at before took and due are
// asked again: all, unless there might be more frames in it than the client may
// send at once. It would be found out too late that it has gone on for too long.
func (th *throttle) portion(n int, now time.Time) int {
	const (
		smallest = 6 // bytes of a frame
		few      = 512
	)
	if n > few && float64(n/smallest) > th.limiter.TokensAt(now) {
		return few
	}
	return n
}

// took notes n frames and says whether the client has been over the rate for
// longer than patience.
func (th *throttle) took(n int, now time.Time, patience time.Duration) (tooLong bool) {
	// See portion: a burst set below what is taken at once must not make the
	// reservation fail.
	delay := th.limiter.ReserveN(now, min(n, th.limiter.Burst())).DelayFrom(now)
	if delay <= 0 {
		th.since = time.Time{}
		return false
	}
	th.resume = now.Add(delay)
	if th.since.IsZero() {
		th.since = now
	}
	return now.Sub(th.since) >= patience
}

// due is how long nothing is to be read from now on.
func (th *throttle) due() time.Duration {
	if th.resume.IsZero() {
		return 0
	}
	d := time.Until(th.resume)
	th.resume = time.Time{}
	return d
}
