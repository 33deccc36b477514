package socket

import (
	"encoding/binary"
	"math"
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

// Bits of a header's two first bytes (RFC 6455, section 5.2).
const (
	bitFin      = 0x80 // the last frame of a message
	bitsRSV     = 0x70
	bitsOpcode  = 0x0f
	bitControl  = 0x08 // of an opcode
	bitMasked   = 0x80
	bitsLength  = 0x7f
	length16    = 126 // the length follows in two bytes
	length64    = 127 // the length follows in eight bytes
	maskBytes   = 4
	maxPayload7 = 125 // the largest payload of a control frame, in bytes
	maxHeader   = 2 + 8 + maskBytes
)

// maxControl is the size of the largest control frame that a server writes.
const maxControl = 2 + maxPayload7

// frameHeader is the header of a frame of a client, or the beginning of one.
type frameHeader struct {
	first, second byte
	known         headerPart
	size          int    // of the header, once its second byte is known
	length        uint64 // of the payload
	mask          [maskBytes]byte
}

// headerPart is how much of a header is known.
type headerPart uint8

const (
	knownNothing headerPart = iota
	knownFirst              // the first byte
	knownSecond             // and the second
	knownLength             // and the length
	knownAll                // and the mask
)

// parseHeader reads the header that p begins with, as far as it has come. ok: all
// of it has.
func parseHeader(p []byte) (h frameHeader, ok bool) {
	if len(p) < 2 {
		if len(p) == 1 {
			h.first, h.known = p[0], knownFirst
		}
		return h, false
	}
	h.first, h.second, h.size, h.known = p[0], p[1], 2, knownSecond
	extended := 0 // bytes of length
	switch h.second & bitsLength {
	case length16:
		extended = 2
	case length64:
		extended = 8
	}
	h.size += extended
	lengthEnd := h.size
	if h.second&bitMasked != 0 {
		h.size += maskBytes
	}
	if len(p) < lengthEnd {
		return h, false
	}
	switch extended {
	case 2:
		h.length = uint64(binary.BigEndian.Uint16(p[2:]))
	case 8:
		h.length = binary.BigEndian.Uint64(p[2:])
	default:
		h.length = uint64(h.second & bitsLength)
	}
	if h.known = knownLength; len(p) < h.size {
		return h, false
	}
	if h.second&bitMasked != 0 {
		h.mask = [maskBytes]byte(p[lengthEnd:])
	}
	h.known = knownAll
	return h, true
}

func (h *frameHeader) opcode() byte  { return h.first & bitsOpcode }
func (h *frameHeader) fin() bool     { return h.first&bitFin != 0 }
func (h *frameHeader) control() bool { return h.first&bitControl != 0 }

// broken says whether what is known of the header breaks a rule of RFC 6455 by
// itself, whatever came before it.
func (h *frameHeader) broken() bool {
	if h.known >= knownFirst {
		if h.first&bitsRSV != 0 { // RFC 6455, section 5.2: no extension was negotiated
			return true
		}
		switch h.opcode() {
		case opContinuation, opText, opBinary:
		case opClose, opPing, opPong:
			if !h.fin() { // RFC 6455, section 5.5
				return true
			}
		default: // RFC 6455, section 5.2: reserved
			return true
		}
	}
	if h.known >= knownSecond {
		if h.second&bitMasked == 0 || // RFC 6455, section 5.1: a client masks
			h.control() && h.second&bitsLength > maxPayload7 { // RFC 6455, section 5.5
			return true
		}
	}
	// RFC 6455, section 5.2: the highest bit is 0.
	return h.known >= knownLength && (h.length > math.MaxInt64 || !h.lengthIsMinimal())
}

// lengthIsMinimal says whether the length takes no more bytes than it has to
// (RFC 6455, section 5.2).
func (h *frameHeader) lengthIsMinimal() bool {
	switch h.second & bitsLength {
	case length16:
		return h.length > maxPayload7
	case length64:
		return h.length > math.MaxUint16
	default:
		return true
	}
}

// unmask undoes the mask of RFC 6455, section 5.3.
func unmask(p []byte, key [maskBytes]byte) {
	k := binary.NativeEndian.Uint32(key[:])
	wide := uint64(k)<<32 | uint64(k)
	for len(p) >= 8 {
		binary.NativeEndian.PutUint64(p, binary.NativeEndian.Uint64(p)^wide)
		p = p[8:]
	}
	for i := range p {
		p[i] ^= key[i%maskBytes]
	}
}
