//go:build linux

package main

import "encoding/binary"

// The opcodes that a client meets.
const (
	opText = 0x1
	opPing = 0x9
	opPong = 0xa
)

// clientFrame is a masked frame as clients send it. The mask is zero, which
// the protocol allows and which costs nobody anything.
func clientFrame(op byte, payload string) []byte {
	n := len(payload)
	b := make([]byte, 0, n+14)
	b = append(b, 0x80|op)
	switch {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	return append(append(b, 0, 0, 0, 0), payload...)
}

// serverFrame is an unmasked text frame.
func serverFrame(payload []byte) []byte {
	n := len(payload)
	b := make([]byte, 0, n+10)
	b = append(b, 0x80|opText)
	switch {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return append(b, payload...)
}

// cut takes one whole frame of a server off the front of p. ok is false while
// more bytes are needed.
func cut(p []byte) (op byte, payload, rest []byte, ok bool) {
	if len(p) < 2 {
		return 0, nil, p, false
	}
	head, n := 2, int(p[1]&0x7f)
	switch n {
	case 126:
		head = 4
		if len(p) < head {
			return 0, nil, p, false
		}
		n = int(binary.BigEndian.Uint16(p[2:]))
	case 127:
		head = 10
		if len(p) < head {
			return 0, nil, p, false
		}
		n = int(binary.BigEndian.Uint64(p[2:]))
	}
	if len(p)-head < n {
		return 0, nil, p, false
	}
	return p[0] & 0xf, p[head : head+n], p[head+n:], true
}
