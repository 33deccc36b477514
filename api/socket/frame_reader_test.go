package socket

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"notewire/api/socket/sockettest"
)

// recordedFrames is a sink that writes down what it is told.
type recordedFrames []string

func (r *recordedFrames) gotMessage(p []byte) { *r = append(*r, "message "+string(p)) }
func (r *recordedFrames) gotPing(p []byte)    { *r = append(*r, "ping "+string(p)) }
func (r *recordedFrames) gotPong()            { *r = append(*r, "pong") }

func (r *recordedFrames) gotClose(p []byte) {
	if len(p) == 0 {
		*r = append(*r, "close")
		return
	}
	*r = append(*r, fmt.Sprintf("close %d %s", binary.BigEndian.Uint16(p), p[2:]))
}

// readInPieces reads p, cut into pieces of n bytes, and answers what came and the
// code of the fault, 0 if there is none.
func readInPieces(t testing.TB, p []byte, n, limit int) (got recordedFrames, code int) {
	t.Helper()
	var r frameReader
	for rest := bytes.Clone(p); len(rest) > 0; {
		piece := bytes.Clone(rest[:min(n, len(rest))])
		rest = rest[len(piece):]
		_, fault := r.read(piece, limit, &got)
		if fault != nil && (code != 0 || !r.discarding()) {
			t.Fatalf("a fault after another, or reading goes on: %v", fault)
		}
		if fault != nil {
			code = fault.Code
		}
		if kept := len(r.partial); r.message != nil && kept+len(r.message.payload) > limit+maxHeader || kept > limit+maxHeader {
			t.Fatalf("%d bytes of a frame are kept", kept)
		}
	}
	return got, code
}

// rawFrame is a frame with whatever header bytes are given, masked.
func rawFrame(first, second byte, length []byte, payload string) []byte {
	b := append([]byte{first, second}, length...)
	b = append(b, 0, 0, 0, 0) // a mask that changes nothing
	return append(b, payload...)
}

func closePayload(code uint16, text string) []byte {
	return append(binary.BigEndian.AppendUint16(nil, code), text...)
}

// readerLimit is the largest message in the tests of the reader.
const readerLimit = 70_000

// readerRule is a rule of RFC 6455, what a client sends, and what comes of it.
type readerRule struct {
	section, rule string
	sent          [][]byte
	want          []string
	code          int // with which the server fails the connection; 0: it does not
	// lax: the websocket library lets it pass.
	lax bool
}

func readerRules() []readerRule {
	const final, more = sockettest.Final, sockettest.More
	frame := sockettest.EncodeFrame
	text := func(s string) []byte { return frame(final, opText, []byte(s)) }
	big := strings.Repeat("x", readerLimit)
	return []readerRule{
		{"5.1", "frames of clients are masked", [][]byte{{0x81, 1, 'x'}}, nil, 1002, false},
		{"5.1", "control frames of clients are masked", [][]byte{{0x89, 0}}, nil, 1002, false},
		{"5.2", "FIN: one frame is a message", [][]byte{text("one"), text("two")}, []string{"message one", "message two"}, 0, false},
		{"5.2", "RSV1 is 0", [][]byte{rawFrame(0xc1, 0x80|1, nil, "x")}, nil, 1002, false},
		{"5.2", "RSV2 is 0", [][]byte{rawFrame(0xa1, 0x80|1, nil, "x")}, nil, 1002, false},
		{"5.2", "RSV3 is 0", [][]byte{rawFrame(0x91, 0x80|1, nil, "x")}, nil, 1002, false},
		{"5.2", "RSV is 0 in control frames", [][]byte{rawFrame(0xc9, 0x80, nil, "")}, nil, 1002, false},
		{"5.2", "RSV is 0 in continuations", [][]byte{frame(more, opText, []byte("a")), rawFrame(0xc0, 0x80, nil, "")}, nil, 1002, false},
		{"5.2", "opcodes 3 to 7 are reserved", [][]byte{frame(final, 3, nil)}, nil, 1002, false},
		{"5.2", "opcode 7 is reserved", [][]byte{frame(final, 7, nil)}, nil, 1002, false},
		{"5.2", "opcodes 11 to 15 are reserved", [][]byte{frame(final, 11, nil)}, nil, 1002, false},
		{"5.2", "opcode 15 is reserved", [][]byte{frame(final, 15, nil)}, nil, 1002, false},
		{"5.2", "a length of 7 bits", [][]byte{text(big[:125])}, []string{"message " + big[:125]}, 0, false},
		{"5.2", "a length of 16 bits", [][]byte{text(big[:126])}, []string{"message " + big[:126]}, 0, false},
		{"5.2", "the largest length of 16 bits", [][]byte{text(big[:65535])}, []string{"message " + big[:65535]}, 0, false},
		{"5.2", "a length of 64 bits", [][]byte{text(big[:65536])}, []string{"message " + big[:65536]}, 0, false},
		{"5.2", "16 bits for a length that needs 7", [][]byte{rawFrame(0x81, 0x80|126, []byte{0, 125}, big[:125])}, nil, 1002, true},
		{"5.2", "64 bits for a length that needs 16", [][]byte{rawFrame(0x81, 0x80|127, []byte{0, 0, 0, 0, 0, 0, 0xff, 0xff}, big[:65535])}, nil, 1002, true},
		{"5.2", "the highest bit of a length is 0", [][]byte{rawFrame(0x82, 0x80|127, []byte{0x80, 0, 0, 0, 0, 0, 0, 0}, "x")}, nil, 1002, false},
		{"5.2", "all 63 bits of a length are looked at", [][]byte{rawFrame(0x82, 0x80|127, []byte{0x40, 0, 0, 0, 0, 0, 0, 0}, "x")}, nil, 1009, true},
		{"5.2", "an empty message is a message", [][]byte{text("")}, []string{"message "}, 0, false},
		{"5.3", "masks are undone", [][]byte{{0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}}, []string{"message Hello"}, 0, false}, // RFC 6455, section 5.7 has this one
		{"5.4", "fragments are a message", [][]byte{frame(more, opText, []byte("Hel")), frame(final, opContinuation, []byte("lo"))}, []string{"message Hello"}, 0, false},
		{"5.4", "fragments may be empty", [][]byte{frame(more, opText, nil), frame(more, opContinuation, nil), frame(final, opContinuation, nil)}, []string{"message "}, 0, false},
		{"5.4", "fragments of binary messages", [][]byte{frame(more, opBinary, []byte{0xff}), frame(final, opContinuation, []byte{0xfe})}, []string{"message \xff\xfe"}, 0, false},
		{"5.4", "control frames may come between fragments", [][]byte{
			frame(more, opText, []byte("a")), frame(final, opPing, []byte("?")), frame(more, opContinuation, []byte("b")), frame(final, opPong, nil), frame(final, opContinuation, []byte("c")),
		}, []string{"ping ?", "pong", "message abc"}, 0, false},
		{"5.4", "a close frame may come between fragments", [][]byte{frame(more, opText, []byte("a")), frame(final, opClose, closePayload(1000, ""))}, []string{"close 1000 "}, 0, false},
		{"5.4", "control frames are not fragmented", [][]byte{frame(more, opPing, nil)}, nil, 1002, false},
		{"5.4", "a message does not begin in another", [][]byte{frame(more, opText, []byte("a")), text("b")}, nil, 1002, false},
		{"5.4", "a binary one neither", [][]byte{frame(more, opText, []byte("a")), frame(more, opBinary, []byte("b"))}, nil, 1002, false},
		{"5.4", "a continuation continues something", [][]byte{frame(final, opContinuation, []byte("a"))}, nil, 1002, false},
		{"5.4", "and something that has not ended", [][]byte{frame(more, opText, []byte("a")), frame(final, opContinuation, nil), frame(more, opContinuation, nil)}, []string{"message a"}, 1002, false},
		{"5.5", "control frames have 125 bytes", [][]byte{frame(final, opPing, []byte(big[:125]))}, []string{"ping " + big[:125]}, 0, false},
		{"5.5", "and no more", [][]byte{frame(final, opPing, []byte(big[:126]))}, nil, 1002, false},
		{"5.5", "nor have pongs", [][]byte{frame(final, opPong, []byte(big[:126]))}, nil, 1002, false},
		{"5.5", "nor have close frames", [][]byte{frame(final, opClose, closePayload(1000, big[:124]))}, nil, 1002, false},
		{"5.5", "control frames are whole", [][]byte{frame(more, opClose, closePayload(1000, ""))}, nil, 1002, false},
		{"5.5.1", "a close frame may be empty", [][]byte{frame(final, opClose, nil)}, []string{"close"}, 0, false},
		{"5.5.1", "a close frame may have a code", [][]byte{frame(final, opClose, closePayload(1000, ""))}, []string{"close 1000 "}, 0, false},
		{"5.5.1", "a code has two bytes", [][]byte{frame(final, opClose, []byte{3})}, nil, 1002, false},
		{"5.5.1", "a reason may follow", [][]byte{frame(final, opClose, closePayload(1001, "bye"))}, []string{"close 1001 bye"}, 0, false},
		{"5.5.1", "as long as it fits", [][]byte{frame(final, opClose, closePayload(1000, big[:123]))}, []string{"close 1000 " + big[:123]}, 0, false},
		{"5.5.1", "a reason is UTF-8", [][]byte{frame(final, opClose, closePayload(1000, "\xff"))}, nil, 1007, true},
		{"5.5.1", "nothing comes after a close frame", [][]byte{frame(final, opClose, closePayload(1000, "")), text("x"), {0xff}}, []string{"close 1000 "}, 0, false},
		{"5.5.2", "a ping has its payload", [][]byte{frame(final, opPing, []byte("\xff"))}, []string{"ping \xff"}, 0, false},
		{"5.5.3", "pongs nobody asked for are fine", [][]byte{frame(final, opPong, []byte("!"))}, []string{"pong"}, 0, false},
		{"5.6", "texts are UTF-8", [][]byte{text("κόσμε \U0001f310")}, []string{"message κόσμε \U0001f310"}, 0, false},
		{"5.6", "binary messages are anything", [][]byte{frame(final, opBinary, []byte("\xff\xfe"))}, []string{"message \xff\xfe"}, 0, false},
		{"7.4.1", "1002 may be sent", [][]byte{frame(final, opClose, closePayload(1002, ""))}, []string{"close 1002 "}, 0, false},
		{"7.4.1", "1003 may be sent", [][]byte{frame(final, opClose, closePayload(1003, ""))}, []string{"close 1003 "}, 0, false},
		{"7.4.1", "1007 may be sent", [][]byte{frame(final, opClose, closePayload(1007, ""))}, []string{"close 1007 "}, 0, false},
		{"7.4.1", "1011 may be sent", [][]byte{frame(final, opClose, closePayload(1011, ""))}, []string{"close 1011 "}, 0, false},
		{"7.4.1", "1004 is reserved", [][]byte{frame(final, opClose, closePayload(1004, ""))}, nil, 1002, false},
		{"7.4.1", "1005 is never sent", [][]byte{frame(final, opClose, closePayload(1005, ""))}, nil, 1002, false},
		{"7.4.1", "1006 is never sent", [][]byte{frame(final, opClose, closePayload(1006, ""))}, nil, 1002, false},
		{"7.4.1", "1015 is never sent", [][]byte{frame(final, opClose, closePayload(1015, ""))}, nil, 1002, false},
		{"7.4.2", "0 to 999 are not used", [][]byte{frame(final, opClose, closePayload(999, ""))}, nil, 1002, false},
		{"7.4.2", "1000 to 2999 are the protocol's", [][]byte{frame(final, opClose, closePayload(1016, ""))}, nil, 1002, false},
		{"7.4.2", "2999 as well", [][]byte{frame(final, opClose, closePayload(2999, ""))}, nil, 1002, false},
		{"7.4.2", "3000 to 3999 are registered", [][]byte{frame(final, opClose, closePayload(3000, ""))}, []string{"close 3000 "}, 0, false},
		{"7.4.2", "4000 to 4999 are private", [][]byte{frame(final, opClose, closePayload(4999, ""))}, []string{"close 4999 "}, 0, false},
		{"7.4.2", "5000 is none", [][]byte{frame(final, opClose, closePayload(5000, ""))}, nil, 1002, false},
		{"7.4.1", "a message as large as allowed", [][]byte{text(big)}, []string{"message " + big}, 0, false},
		{"7.4.1", "1009 for one that is larger", [][]byte{text(big + "x")}, nil, 1009, false},
		{"7.4.1", "1009 over all fragments", [][]byte{frame(more, opText, []byte(big)), frame(final, opContinuation, []byte("x"))}, nil, 1009, false},
		{"7.4.1", "the limit is each message's", [][]byte{frame(more, opText, []byte(big)), frame(final, opContinuation, nil), text(big)}, []string{"message " + big, "message " + big}, 0, false},
		{"8.1", "1007 for a text that is not UTF-8", [][]byte{text("a\xffb")}, nil, 1007, true},
		{"8.1", "1007 for a text that ends in the middle of a character", [][]byte{text("\xce")}, nil, 1007, true},
		{"8.1", "1007 for a surrogate", [][]byte{text("\xed\xa0\x80")}, nil, 1007, true},
		{"8.1", "1007 for more bytes than are needed", [][]byte{text("\xc0\xaf")}, nil, 1007, true},
		{"8.1", "1007 for what is past the last character", [][]byte{text("\xf4\x90\x80\x80")}, nil, 1007, true},
		{"8.1", "characters may be in two fragments", [][]byte{frame(more, opText, []byte("\xce")), frame(final, opContinuation, []byte("\xba"))}, []string{"message κ"}, 0, false},
		{"8.1", "or in four", [][]byte{
			frame(more, opText, []byte("a\xf0")), frame(more, opContinuation, []byte("\x9f")), frame(more, opContinuation, nil),
			frame(more, opContinuation, []byte("\x8c")), frame(final, opContinuation, []byte("\x90b")),
		}, []string{"message a\U0001f310b"}, 0, false},
		{"8.1", "1007 for a character that the next fragment does not end", [][]byte{frame(more, opText, []byte("\xce")), frame(final, opContinuation, []byte("a"))}, nil, 1007, true},
		{"8.1", "1007 for a character that no fragment ends", [][]byte{frame(more, opText, []byte("\xce")), frame(final, opContinuation, nil)}, nil, 1007, true},
		{"8.1", "1007 at once, before the last fragment", [][]byte{frame(more, opText, []byte("a\xff"))}, nil, 1007, true},
		{"8.1", "1007 at once for the beginning of none", [][]byte{frame(more, opText, []byte("\xf4\x90"))}, nil, 1007, true},
	}
}

// A row for each rule, with its section of RFC 6455, however it is cut.
func TestReader(t *testing.T) {
	for _, c := range readerRules() {
		t.Run(c.section+" "+c.rule, func(t *testing.T) {
			p := bytes.Join(c.sent, nil)
			for _, n := range []int{1, 2, 3, 5, 7, 100, 4096, 1 << 20} {
				if n < 5 && len(p) > 10_000 {
					continue
				}
				got, code := readInPieces(t, p, n, readerLimit)
				if code != c.code || !slices.Equal(got, c.want) {
					t.Errorf("in pieces of %d: %.80q, %d; want %.80q, %d", n, got, code, c.want, c.code)
				}
			}
		})
	}
}

// What breaks a rule before it is all there is refused before it is all there.
func TestReaderRefusesByHeader(t *testing.T) {
	var got recordedFrames
	var r frameReader
	header := sockettest.EncodeFrame(sockettest.Final, opText, make([]byte, 70_000))[:maxHeader-maskBytes]
	for i := range header {
		_, fault := r.read(bytes.Clone(header[i:i+1]), 69_999, &got)
		if last := i == len(header)-1; last != (fault != nil) || last && fault.Code != CodeTooBig {
			t.Errorf("after %d bytes: %v", i+1, fault)
		}
	}
	for _, p := range [][]byte{{0xc1}, {0x83}, {0x09}, {0x80}, {0x81, 0}, {0x89, 0xfe}, {0x81, 0xfe, 0, 1}, {0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0}} {
		r = frameReader{}
		if _, fault := r.read(bytes.Clone(p[:len(p)-1]), 1000, &got); fault != nil {
			t.Errorf("%x without its end: %v", p, fault)
		}
		if _, fault := r.read(bytes.Clone(p[len(p)-1:]), 1000, &got); fault == nil || fault.Code != CodeProtocol {
			t.Errorf("%x: %v", p, fault)
		}
	}
}

// Between two messages the reader keeps nothing, and after a fault only what it
// needs to follow.
func TestReaderKeepsNothing(t *testing.T) {
	var got recordedFrames
	var r frameReader
	for _, p := range [][]byte{
		sockettest.EncodeFrame(sockettest.Final, opText, make([]byte, 5000)),
		sockettest.EncodeFrame(sockettest.More, opBinary, make([]byte, 5000)), sockettest.EncodeFrame(sockettest.Final, opContinuation, make([]byte, 5000)),
		sockettest.EncodeFrame(sockettest.Final, opPing, nil),
	} {
		for len(p) > 0 {
			n := min(1000, len(p))
			if _, fault := r.read(bytes.Clone(p[:n]), 1<<20, &got); fault != nil {
				t.Fatal(fault)
			}
			p = p[n:]
		}
	}
	if r.partial != nil || r.message != nil || r.follower != nil || len(got) != 3 {
		t.Errorf("%d bytes are kept, message %v, after %d messages", cap(r.partial), r.message, len(got))
	}
	r.read(sockettest.EncodeFrame(sockettest.More, opText, make([]byte, 5000)), 1<<20, &got)
	if _, fault := r.read([]byte{0xff}, 1<<20, &got); fault == nil || r.partial != nil || r.message != nil {
		t.Errorf("%v, %d bytes are kept", fault, cap(r.partial))
	}
}

// A message that comes whole is handed on where it lies.
func TestReaderDoesNotCopy(t *testing.T) {
	var r frameReader
	var sink silentSink
	p := sockettest.EncodeFrame(sockettest.Final, opText, []byte(`{"type":"h"}`))
	n := testing.AllocsPerRun(100, func() {
		unmask(p[6:], [maskBytes]byte(p[2:6])) // as it came
		unmask(p[6:], [maskBytes]byte(p[2:6]))
		r.read(p, 1000, &sink)
		unmask(p[6:], [maskBytes]byte(p[2:6]))
	})
	if n != 0 || sink == 0 {
		t.Errorf("%v allocations for a message, %d messages", n, sink)
	}
}

// silentSink counts messages.
type silentSink int

func (s *silentSink) gotMessage([]byte) { *s++ }
func (*silentSink) gotPing([]byte)      {}
func (*silentSink) gotPong()            {}
func (*silentSink) gotClose([]byte)     {}
