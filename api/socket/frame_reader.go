package socket

import (
	"encoding/binary"
	"unicode/utf8"
)

// frameReader takes apart what a client sends, in whatever pieces it comes. It is
// complete by RFC 6455: fragments, control frames between them, masks, lengths,
// close codes, and UTF-8. Between two messages it keeps nothing but the beginning
// of a frame whose end has not come. The zero value is ready. It belongs to the
// goroutine that reads.
type frameReader struct {
	partial []byte     // the beginning of a frame
	message *fragments // what has come of a message in fragments; nil: none is under way

	// follower follows the frames once a rule was broken or the peer has closed; nil
	// before.
	follower *frameFollower
}

// fragments are what has come of a message.
type fragments struct {
	opcode  byte
	payload []byte
	valid   int // bytes of payload that are known to be whole characters
}

// frameSink is told what is in the frames. Arguments are valid during the call
// only.
type frameSink interface {
	// gotMessage is given a whole message, text or binary.
	gotMessage(message []byte)
	gotPing(payload []byte)
	gotPong()
	// gotClose is given the payload of the peer's close frame, which is valid.
	gotClose(payload []byte)
}

// read takes in what came next and changes it, since masks are undone where they
// lie. A message may have limit bytes over all its fragments. frames is how many
// frames ended in p. fault is the rule that was broken, as a reason to close; what
// comes afterwards is only followed, up to the peer's close frame, and so is what
// comes after a close frame.
func (r *frameReader) read(p []byte, limit int, to frameSink) (frames int, fault *CloseReason) {
	if r.follower != nil {
		frames, _ = r.follower.follow(p)
		return frames, nil
	}
	if len(r.partial) > 0 {
		r.partial = append(r.partial, p...)
		p = r.partial
	}
	whole := p
	for {
		h, ok := parseHeader(p)
		if fault := r.check(&h, limit); fault != nil {
			return frames + r.discardFrom(p), fault
		}
		if !ok {
			break
		}
		end := h.size + int(h.length) // check has seen that this is not much
		if len(p) < end {
			break
		}
		payload := p[h.size:end]
		unmask(payload, h.mask)
		p = p[end:]
		frames++
		if fault := r.frame(&h, payload, to); fault != nil || r.follower != nil {
			return frames + r.discardFrom(p), fault
		}
	}
	r.keep(p, len(whole))
	return frames, nil
}

// keep remembers the beginning of a frame, which is what is left of size bytes.
func (r *frameReader) keep(rest []byte, size int) {
	switch {
	case len(rest) == 0:
		r.partial = nil
	case len(rest) < size || r.partial == nil:
		r.partial = append([]byte(nil), rest...)
	}
}

// check finds out from the header of a frame, or from its beginning, whether it
// may come now.
func (r *frameReader) check(h *frameHeader, limit int) *CloseReason {
	switch {
	case h.broken():
		return &closeProtocol
	case h.known < knownFirst, h.control():
		return nil
	case h.opcode() == opContinuation && r.message == nil, // RFC 6455, section 5.4: a continuation of nothing
		h.opcode() != opContinuation && r.message != nil: // RFC 6455, section 5.4: a message in the middle of another
		return &closeProtocol
	}
	if r.message != nil {
		limit -= len(r.message.payload)
	}
	if h.length > uint64(limit) {
		return &closeTooBig // RFC 6455, section 7.4.1
	}
	return nil
}

// frame takes in a whole frame.
func (r *frameReader) frame(h *frameHeader, payload []byte, to frameSink) *CloseReason {
	switch h.opcode() {
	case opPing:
		to.gotPing(payload)
		return nil
	case opPong:
		to.gotPong()
		return nil
	case opClose:
		r.follower = &frameFollower{closed: true}
		if fault := checkClose(payload); fault != nil {
			return fault
		}
		to.gotClose(payload)
		return nil
	}
	if h.fin() && r.message == nil { // nearly all are
		if h.opcode() == opText && !utf8.Valid(payload) {
			return &closeNotUTF8
		}
		to.gotMessage(payload)
		return nil
	}
	if r.message == nil {
		r.message = &fragments{opcode: h.opcode()}
	}
	m := r.message
	m.payload = append(m.payload, payload...)
	if m.opcode == opText && !m.checkText(h) {
		return &closeNotUTF8
	}
	if h.fin() {
		r.message = nil
		to.gotMessage(m.payload)
	}
	return nil
}

// checkText says whether a text is valid up to a frame's end (RFC 6455, section
// 8.1): its characters are whole, except that the last may go on in the next
// frame, if there is one.
func (m *fragments) checkText(h *frameHeader) bool {
	p := m.payload[m.valid:]
	whole := len(p)
	if !h.fin() {
		whole -= incompleteSuffix(p)
	}
	m.valid += whole
	return utf8.Valid(p[:whole])
}

// incompleteSuffix is how many bytes at the end of p are the beginning of a
// character.
func incompleteSuffix(p []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(p); n++ {
		if tail := p[len(p)-n:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}

// checkClose looks at the payload of a close frame (RFC 6455, sections 5.5.1 and
// 7.4): nothing, or a code that may be sent and a text.
func checkClose(payload []byte) *CloseReason {
	if len(payload) == 0 {
		return nil
	}
	if len(payload) < 2 || !mayBeSent(binary.BigEndian.Uint16(payload)) {
		return &closeProtocol
	}
	if !utf8.Valid(payload[2:]) {
		return &closeNotUTF8
	}
	return nil
}

// mayBeSent says whether a close frame may have the code (RFC 6455, section 7.4):
// one of the protocol's and of its registry (1000 to 1014), but for those that
// stand for the lack of one, or one that libraries and programs choose (3000 to
// 4999).
func mayBeSent(code uint16) bool {
	switch code {
	case 1004, 1005, 1006, 1015:
		return false
	}
	return 1000 <= code && code <= 1014 || 3000 <= code && code <= 4999
}

// discardFrom discards p and what comes from now on.
func (r *frameReader) discardFrom(p []byte) (frames int) {
	closed := r.peerClosed()
	*r = frameReader{follower: &frameFollower{closed: closed}}
	frames, _ = r.follower.follow(p)
	return frames
}

// peerClosed says whether a close frame has come.
func (r *frameReader) peerClosed() bool { return r.follower != nil && r.follower.closed }

// discarding says whether frames are only followed.
func (r *frameReader) discarding() bool { return r.follower != nil }
