package socket

import (
	"bytes"
	"testing"

	"notewire/api/socket/sockettest"
)

func TestFollower(t *testing.T) {
	stream := bytes.Join([][]byte{
		sockettest.EncodeFrame(sockettest.Final, opText, []byte("hello")),
		sockettest.EncodeFrame(sockettest.Final, opPong, nil),
		sockettest.EncodeFrame(sockettest.More, opBinary, make([]byte, 126)),
		sockettest.EncodeFrame(sockettest.Final, opPong, []byte("payload that looks like \x8a\x80 a pong")),
		sockettest.EncodeFrame(sockettest.Final, opContinuation, make([]byte, 70_000)),
		sockettest.EncodeFrame(sockettest.Final, opClose, []byte{3, 232}),
		sockettest.EncodeFrame(sockettest.Final, opPong, nil), // after a close frame: nothing
	}, nil)
	for _, chunk := range []int{1, 2, 3, 7, 100, len(stream)} {
		var f frameFollower
		frames, pongs := 0, 0
		for rest := stream; len(rest) > 0; {
			n := min(chunk, len(rest))
			a, b := f.follow(rest[:n])
			frames, pongs = frames+a, pongs+b
			rest = rest[n:]
		}
		if frames != 6 || pongs != 2 || !f.closed {
			t.Errorf("in chunks of %d: %d frames, %d pongs, closed %v", chunk, frames, pongs, f.closed)
		}
	}
}

// However the network cuts a stream, the same is followed in it.
func FuzzFollower(f *testing.F) {
	f.Add(sockettest.EncodeFrame(sockettest.Final, opText, []byte("hello")), 2)
	f.Add([]byte{0x8a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 3)
	f.Fuzz(func(t *testing.T, p []byte, cut int) {
		if cut < 0 || cut > len(p) {
			return
		}
		var whole, parts frameFollower
		frames, pongs := whole.follow(p)
		f1, p1 := parts.follow(p[:cut])
		f2, p2 := parts.follow(p[cut:])
		if frames != f1+f2 || pongs != p1+p2 || whole.have != parts.have || whole.skip != parts.skip || whole.closed != parts.closed {
			t.Errorf("cut at %d of %x: %d %d %+v against %d+%d %d+%d %+v", cut, p, frames, pongs, whole, f1, f2, p1, p2, parts)
		}
	})
}
