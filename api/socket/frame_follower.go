package socket

// frameFollower follows the frames in what a client sends without looking at
// what is in them, whatever rules they break, up to a close frame.
type frameFollower struct {
	header [maxHeader]byte // of the frame that is being followed
	have   int             // bytes of header
	skip   uint64          // bytes of payload that are still to come
	closed bool            // a close frame has come
}

// follow takes in what came next and answers how many headers of frames ended in
// it, and how many of those were pongs'.
func (f *frameFollower) follow(p []byte) (frames, pongs int) {
	for len(p) > 0 && !f.closed {
		if f.skip > 0 {
			n := min(f.skip, uint64(len(p)))
			f.skip -= n
			p = p[n:]
			continue
		}
		before := f.have
		f.have += copy(f.header[before:], p)
		h, ok := parseHeader(f.header[:f.have])
		if !ok {
			return frames, pongs
		}
		p = p[h.size-before:]
		f.have, f.skip = 0, h.length
		frames++
		switch h.opcode() {
		case opPong:
			pongs++
		case opClose:
			f.closed = true
		}
	}
	return frames, pongs
}
