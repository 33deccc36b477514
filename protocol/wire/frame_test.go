package wire

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// The three forms of a payload's length, at the borders between them.
func TestFrameHeader(t *testing.T) {
	for _, c := range []struct{ payload, header int }{
		{0, 2}, {1, 2}, {125, 2}, {126, 4}, {127, 4}, {65535, 4}, {65536, 10}, {200_000, 10},
	} {
		payload := bytes.Repeat([]byte{'x'}, c.payload)
		hinted, unhinted := Start(c.payload), Start(0)
		frames := map[string]*Frame{
			"Finish":                 Finish(3, append(hinted, payload...)),
			"Finish, without a hint": Finish(3, append(unhinted, payload...)),
			"NewFrame":               NewFrame(3, payload[:c.payload/2], payload[c.payload/2:]),
		}
		for name, f := range frames {
			b := f.Bytes()
			if len(b) != c.header+c.payload || f.Size() != len(b) || !bytes.Equal(f.Payload(), payload) {
				t.Fatalf("%s of %d bytes has %d bytes, and %d of payload", name, c.payload, len(b), len(f.Payload()))
			}
			if b[0] != 0x81 {
				t.Errorf("%s of %d bytes begins with %#x", name, c.payload, b[0])
			}
			length := int(b[1])
			switch c.header {
			case 4:
				length = int(binary.BigEndian.Uint16(b[2:]))
			case 10:
				length = int(binary.BigEndian.Uint64(b[2:]))
			}
			if length != c.payload || f.Kind() != 3 {
				t.Errorf("%s of %d bytes tells %d, and is of kind %d", name, c.payload, length, f.Kind())
			}
		}
	}
}

func TestKindOutOfRange(t *testing.T) {
	for kind, want := range map[Kind]Kind{0: 0, MaxKinds - 1: MaxKinds - 1, MaxKinds: 0, 255: 0} {
		if got := NewFrame(kind).Kind(); got != want {
			t.Errorf("kind %d is counted as %d, want %d", kind, got, want)
		}
	}
}

// Building a frame takes two allocations: its bytes and the Frame.
func TestFrameAllocations(t *testing.T) {
	payload := make([]byte, 1000)
	var kept *Frame
	n := testing.AllocsPerRun(100, func() { kept = Finish(0, append(Start(len(payload)), payload...)) })
	if n != 2 || kept.Size() != 1004 {
		t.Errorf("building a frame took %v allocations", n)
	}
}

func TestRetain(t *testing.T) {
	f := NewFrame(0)
	if !f.Retain() || f.Retain() || f.Release() || !f.Release() || !f.Retain() {
		t.Error("the first and the last queue are not told from the others")
	}
}

func TestGate(t *testing.T) {
	var g *Gate
	if !g.Open() {
		t.Error("a nil gate is shut")
	}
	g = new(Gate)
	if !g.Open() {
		t.Error("a new gate is shut")
	}
	g.Shut()
	if g.Open() {
		t.Error("a gate that was shut is open")
	}
}
