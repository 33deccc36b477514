package streaming

import (
	"bytes"
	"testing"
)

func TestScanner(t *testing.T) {
	stream := bytes.Join([][]byte{
		clientFrame(true, 1, []byte("hello")),
		clientFrame(true, opPong, nil),
		clientFrame(false, 2, make([]byte, 126)),
		clientFrame(true, opPong, []byte("payload that looks like \x8a\x80 a pong")),
		clientFrame(true, 0, make([]byte, 70_000)),
		clientFrame(true, opClose, []byte{3, 232}),
	}, nil)
	for _, chunk := range []int{1, 2, 3, 7, 100, len(stream)} {
		var sc scanner
		frames, pongs, closed := 0, 0, false
		for rest := stream; len(rest) > 0; {
			n := min(chunk, len(rest))
			if closed {
				break
			}
			f, p, c := sc.scan(rest[:n])
			frames, pongs, closed = frames+f, pongs+p, c
			rest = rest[n:]
		}
		if frames != 6 || pongs != 2 || !closed {
			t.Errorf("in chunks of %d: %d frames, %d pongs, closed %v", chunk, frames, pongs, closed)
		}
	}
}

// However the network cuts a stream, the scanner sees the same in it.
func FuzzScanner(f *testing.F) {
	f.Add(clientFrame(true, 1, []byte("hello")), 2)
	f.Add([]byte{0x8a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 3)
	f.Fuzz(func(t *testing.T, p []byte, cut int) {
		if cut < 0 || cut > len(p) {
			return
		}
		var whole, parts scanner
		wf, wp, wc := whole.scan(p)
		af, ap, ac := parts.scan(p[:cut])
		bf, bp, bc := parts.scan(p[cut:])
		if wf != af+bf || wp != ap+bp || wc != (ac || bc) || whole.skip != parts.skip || whole.have != parts.have {
			t.Errorf("cut at %d of %x: %d %d %v against %d+%d %d+%d %v %v", cut, p, wf, wp, wc, af, bf, ap, bp, ac, bc)
		}
	})
}
