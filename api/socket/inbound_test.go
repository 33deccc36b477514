package socket

import (
	"bytes"
	"slices"
	"testing"

	"notewire/api/socket/sockettest"
)

func TestScanner(t *testing.T) {
	stream := bytes.Join([][]byte{
		sockettest.EncodeFrame(true, 1, []byte("hello")),
		sockettest.EncodeFrame(true, opPong, nil),
		sockettest.EncodeFrame(false, 2, make([]byte, 126)),
		sockettest.EncodeFrame(true, opPong, []byte("payload that looks like \x8a\x80 a pong")),
		sockettest.EncodeFrame(true, 0, make([]byte, 70_000)),
		sockettest.EncodeFrame(true, opClose, []byte{3, 232}),
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
	f.Add(sockettest.EncodeFrame(true, 1, []byte("hello")), 2)
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

func TestWhole(t *testing.T) {
	hello := sockettest.EncodeFrame(true, opText, []byte("hello"))
	long := sockettest.EncodeFrame(false, opBinary, make([]byte, 300))
	header := sockettest.EncodeFrame(true, opText, make([]byte, 70_000))[:14]
	for name, c := range map[string]struct {
		p    []byte
		want int
		big  bool
	}{
		"nothing":               {nil, 0, false},
		"half a header":         {long[:3], 0, false},
		"a header":              {long[:8], 0, false},
		"all but a byte":        {hello[:len(hello)-1], 0, false},
		"one":                   {hello, len(hello), false},
		"two and a half":        {bytes.Join([][]byte{hello, long, hello[:4]}, nil), len(hello) + len(long), false},
		"too large, by header":  {append(bytes.Clone(hello), header...), len(hello), true},
		"as large as left":      {sockettest.EncodeFrame(true, opContinuation, make([]byte, 50_000)), 50_008, false},
		"larger than left":      {sockettest.EncodeFrame(true, opContinuation, make([]byte, 50_001))[:8], 0, true},
		"then a new message":    {append(sockettest.EncodeFrame(true, 0, nil), sockettest.EncodeFrame(true, opText, make([]byte, 60_000))...), 60_014, false},
		"a fragment too large":  {append(sockettest.EncodeFrame(false, 0, make([]byte, 300)), sockettest.EncodeFrame(false, 0, make([]byte, 49_701))[:8]...), 308, true},
		"a ping in between":     {append(sockettest.EncodeFrame(false, 0, make([]byte, 50_000)), sockettest.EncodeFrame(true, opPing, []byte("x"))...), 50_015, false},
		"unmasked":              {[]byte{0x81, 5, 'x'}, 3, false},
		"2^63 bytes":            {[]byte{0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 14, false},
		"2^62 bytes":            {[]byte{0x82, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 0, true},
		"reserved bit":          {[]byte{0xc1, 0x85, 0, 0, 0, 0}, 6, false},
		"unknown opcode":        {[]byte{0x83, 0xfe, 0xff, 0xff, 0, 0, 0, 0}, 8, false},
		"a ping in fragments":   {[]byte{0x09, 0x85, 0, 0, 0, 0}, 6, false},
		"a ping that is long":   {[]byte{0x89, 0xfe, 0, 126, 0, 0, 0, 0}, 8, false},
		"a ping as it may be":   {[]byte{0x89, 0x85, 0, 0, 0, 0, 'x'}, 0, false},
		"refused after a whole": {append(bytes.Clone(hello), 0x83, 0x85, 0, 0, 0, 0, 'x'), len(hello) + 7, false},
	} {
		n, err := whole(c.p, 60_000, 50_000)
		if n != c.want || (err != nil) != c.big {
			t.Errorf("%s: %d, %v, want %d", name, n, err, c.want)
		}
	}
}

// The scanner counts exactly those frames that are whole, and nothing makes the
// cut pass the end.
func FuzzWhole(f *testing.F) {
	f.Add(sockettest.EncodeFrame(true, opText, []byte("hello")))
	f.Add([]byte{0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, p []byte) {
		n, err := whole(p, 1000, 900)
		if n < 0 || n > len(p) {
			t.Fatalf("%d of %d bytes", n, len(p))
		}
		var sc scanner
		sc.scan(p[:n])
		if again, _ := whole(p[:n], 1000, 900); again != n {
			t.Errorf("%d bytes are whole, and of them %d", n, again)
		}
		if err == nil && n < len(p) && (sc.skip != 0 || sc.have != 0) {
			t.Errorf("the first %d of %x are not whole frames", n, p)
		}
	})
}

// Frames that are a message each are read as the library reads them, between
// others and whatever they are cut into.
func FuzzSimple(f *testing.F) {
	hello, long := sockettest.EncodeFrame(true, opText, []byte("hello")), sockettest.EncodeFrame(true, opBinary, bytes.Repeat([]byte("0123456"), 60))
	ping, begin := sockettest.EncodeFrame(true, opPing, []byte("?")), sockettest.EncodeFrame(false, opText, []byte("one, "))
	end, bye := sockettest.EncodeFrame(true, opContinuation, []byte("two")), sockettest.EncodeFrame(true, opClose, []byte{3, 232})
	for _, frames := range [][][]byte{
		{hello, long, hello}, {begin, end, hello}, {hello, begin, ping, end, long}, {ping, hello, ping},
		{hello, bye, hello}, {hello, end}, {begin, hello}, {hello, {0x91, 0x80, 1, 2, 3, 4}}, {sockettest.EncodeFrame(true, opText, nil)}, {hello, {0x81, 0x00}},
	} {
		f.Add(bytes.Join(frames, nil))
	}
	const limit = 1000
	f.Fuzz(func(t *testing.T, p []byte) {
		tr := newTestTransport(t, Limits{InboundFrame: limit})
		n, _ := whole(p, limit, limit)
		type heard struct {
			messages []string
			failed   bool
		}
		var want heard
		rd, err := newReader()
		if err != nil {
			t.Fatal(err)
		}
		defer rd.stop()
		_, err = rd.read(newServed(tr).Socket, bytes.Clone(p[:n]), limit, func(m []byte) { want.messages = append(want.messages, string(m)) })
		want.failed = err != nil
		sv := newServed(tr)
		got := heard{failed: sv.readFrames(bytes.Clone(p[:n])) != nil}
		close(sv.messages)
		for m := range sv.messages {
			got.messages = append(got.messages, m)
		}
		if r := sv.reading.reader; r != nil {
			r.stop()
		}
		if got.failed != want.failed || !slices.Equal(got.messages, want.messages) {
			t.Errorf("%x: got %+v, want %+v", p, got, want)
		}
	})
}

func TestUnmask(t *testing.T) {
	key := [4]byte{1, 20, 0, 255}
	for n := range 40 {
		got, want := make([]byte, n), make([]byte, n)
		for i := range n {
			got[i] = byte(3 * i)
			want[i] = got[i] ^ key[i%4]
		}
		unmask(got, key)
		if !bytes.Equal(got, want) {
			t.Errorf("%d bytes: %x, want %x", n, got, want)
		}
	}
}
