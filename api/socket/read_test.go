package socket

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"notewire/api/socket/sockettest"
)

// The rules of RFC 6455 hold on the wire, too: over plain sockets, which the frame
// reader reads, and over TLS, where the library does. It is laxer in some.
func TestRulesOnTheWire(t *testing.T) {
	for name, start := range map[string]func(*httptest.Server){"plain": plain, "tls": startTLS} {
		ts := newTestServer(t, Limits{InboundFrame: readerLimit, CloseTimeout: time.Second}, start)
		for _, c := range readerRules() {
			passes := name == "tls" && c.lax && (c.section != "8.1" || strings.Contains(c.rule, "at once"))
			if passes {
				continue
			}
			t.Run(name+" "+c.section+" "+c.rule, func(t *testing.T) {
				sv := ts.dial(t, 0)
				if _, err := sv.client.Conn.Write(bytes.Join(c.sent, nil)); err != nil {
					t.Fatal(err)
				}
				code := c.code
				for _, want := range c.want {
					what, payload, _ := strings.Cut(want, " ")
					switch what {
					case "message":
						if got := <-sv.messages; got != payload {
							t.Errorf("got %.60q, want %.60q", got, payload)
						}
					case "ping":
						sv.client.Want(t, opPong, payload)
					case "close":
						f, err := sv.client.Next()
						if err != nil || f.Op != opClose || payload != "" && fmt.Sprintf("%d %s", f.Code(), f.Payload[2:]) != payload {
							t.Errorf("%v, %+v, want the close frame back, %q", err, f, payload)
						}
						code = -1
					}
				}
				want := endedGone
				switch {
				case code > 0:
					sv.client.WantClose(t, code)
					want.Label = map[int]CloseLabel{CodeProtocol: LabelProtocol, CodeTooBig: LabelTooBig, CodeNotUTF8: LabelNotUTF8}[code]
				case code < 0:
					want = endedByClient
				}
				if r := sv.end(t); r.Label != want.Label {
					t.Errorf("ended with %v", r)
				}
				if n := len(sv.messages); n > 0 {
					t.Errorf("%d messages too many", n)
				}
			})
		}
	}
}

// A client uploads far more than is read: the close frame must reach it, not be
// overtaken by a reset.
func TestCloseFrameIsNotOvertakenByAReset(t *testing.T) {
	ts := newTestServer(t, Limits{}, plain)
	sv := ts.dial(t, 0)
	sv.client.Send(t, sockettest.Final, 1, make([]byte, 2<<20))
	sv.client.WantClose(t, 1009)
	if r := <-sv.ended; r != closeTooBig {
		t.Errorf("ended with %v", r)
	}
}

func TestClientCloses(t *testing.T) {
	ts := newTestServer(t, Limits{}, plain)
	for name, payload := range map[string][]byte{"normal": {3, 0xe8}, "with a text": append([]byte{0xf, 0xa0}, "bye"...), "without a code": nil} {
		t.Run(name, func(t *testing.T) {
			sv := ts.dial(t, 0)
			sv.Send(text(1, 8), nil)
			sv.client.Send(t, sockettest.Final, opClose, payload)
			sv.client.Want(t, 1, "00000001")
			sv.client.Want(t, opClose, string(payload))
			if _, err := sv.client.Next(); !errors.Is(err, io.EOF) {
				t.Errorf("after the close: %v", err)
			}
			if r := <-sv.ended; r != endedByClient {
				t.Errorf("ended with %v", r)
			}
			sv.Send(text(2, 8), nil) // must not panic, nor leave a goroutine
			sv.Close(CloseGap)
			<-sv.Flushed()
		})
	}
}

func TestStopResets(t *testing.T) {
	for name, dial := range map[string]func(*testing.T, *transport) *served{
		"tcp": func(t *testing.T, tr *transport) *served {
			ts := newTestServer(t, Limits{}, plain)
			ts.tr = tr
			return ts.dial(t, 0)
		},
		"pipe": func(t *testing.T, tr *transport) *served { return pipe(t, tr) },
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTestTransport(t, Limits{})
			before := dial(t, tr)
			tr.stop()
			if r := <-before.ended; r != endedStopped {
				t.Errorf("ended with %v", r)
			}
			if r := <-dial(t, tr).ended; r != endedStopped { // too late
				t.Errorf("ended with %v", r)
			}
			tr.poller.wait()
		})
	}
}

// However the network cuts what clients send, and whoever else sends
// meanwhile, each message comes whole, in order, to its own connection; pongs
// do not wait for the end of a message in fragments.
func TestCutsAndFragments(t *testing.T) {
	ts := newTestServer(t, Limits{}, plain)
	one, two := ts.dial(t, 0), ts.dial(t, 0)
	stream := func(name string) []byte {
		var b bytes.Buffer
		for i := range 5 {
			b.Write(sockettest.EncodeFrame(sockettest.Final, 1, fmt.Appendf(nil, "%s %d", name, i)))
			b.Write(sockettest.EncodeFrame(sockettest.More, 1, []byte(name)))
			b.Write(sockettest.EncodeFrame(sockettest.Final, opPing, []byte(name)))
			b.Write(sockettest.EncodeFrame(sockettest.Final, 0, fmt.Appendf(nil, " in parts %d", i)))
		}
		return b.Bytes()
	}
	write := func(sv *served, p []byte) {
		if _, err := sv.client.Conn.Write(p); err != nil {
			t.Error(err)
		}
	}
	a, b := stream("one"), stream("two")
	for len(a) > 0 || len(b) > 0 { // a few bytes of each in turn
		n, m := min(len(a), 3), min(len(b), 5)
		write(one, a[:n])
		write(two, b[:m])
		a, b = a[n:], b[m:]
	}
	for name, sv := range map[string]*served{"one": one, "two": two} {
		for i := range 5 {
			for _, want := range []string{fmt.Sprintf("%s %d", name, i), fmt.Sprintf("%s in parts %d", name, i)} {
				if got := <-sv.messages; got != want {
					t.Fatalf("got %q, want %q", got, want)
				}
			}
			sv.client.Want(t, opPong, name)
		}
	}

	// A message that is begun, a ping, and no more for now.
	write(one, sockettest.EncodeFrame(sockettest.More, 1, []byte("be")))
	write(one, sockettest.EncodeFrame(sockettest.Final, opPing, []byte("now")))
	one.client.Want(t, opPong, "now")
	two.client.Send(t, sockettest.Final, 1, []byte("meanwhile"))
	if got := <-two.messages; got != "meanwhile" {
		t.Errorf("got %q", got)
	}
	write(one, sockettest.EncodeFrame(sockettest.Final, 0, []byte("gun")))
	if got := <-one.messages; got != "begun" {
		t.Errorf("got %q", got)
	}
	one.client.Send(t, sockettest.More, 1, []byte("never ended")) // its reader must not leak
	two.end(t)
	one.end(t)
}

// What a client says just before it goes is heard.
func TestLastWords(t *testing.T) {
	ts := newTestServer(t, Limits{}, plain)
	for range 50 {
		sv := ts.dial(t, 0)
		sv.client.Send(t, sockettest.Final, 1, []byte("bye"))
		if r := sv.end(t); r != endedGone {
			t.Fatalf("ended with %v", r)
		}
		if got := <-sv.messages; got != "bye" {
			t.Fatalf("got %q", got)
		}
	}
}

// Who sends more than the rate for longer than the patience is told so then, not
// when all that it has sent at once has been paid for.
func TestFloodIsClosedInTime(t *testing.T) {
	const patience = 500 * time.Millisecond
	ts := newTestServer(t, Limits{InboundPatience: patience, CloseTimeout: time.Second}, plain)
	sv := ts.dial(t, 0)
	flood := bytes.Repeat(sockettest.EncodeFrame(sockettest.Final, opPong, nil), 4096)
	go func() {
		for {
			if _, err := sv.client.Conn.Write(flood); err != nil {
				return
			}
		}
	}()
	began := time.Now()
	for {
		f, err := sv.client.Next()
		if err != nil {
			t.Fatal(err)
		}
		if f.Op == opClose {
			if f.Code() != 1008 {
				t.Errorf("closed with %d", f.Code())
			}
			break
		}
	}
	// A portion of 85 frames is paid for in 1.7 s; all of a read would take 14.
	if took := time.Since(began); took > patience+5*time.Second {
		t.Errorf("closed after %v", took)
	}
	if r := <-sv.ended; r != closeFlood {
		t.Errorf("ended with %v", r)
	}
}

// A message in fragments takes no more memory than one that comes whole: what is
// too much is refused by its header, before the rest has come.
func TestFragmentsTakeNoMoreThanTheLimit(t *testing.T) {
	ts := newTestServer(t, Limits{InboundFrame: 10_000, CloseTimeout: 100 * time.Millisecond}, plain)
	sv := ts.dial(t, 0)
	sv.client.Send(t, sockettest.More, 1, make([]byte, 9000))
	sv.client.Send(t, sockettest.Final, opPing, []byte("taken?"))
	sv.client.Want(t, opPong, "taken?")
	if _, err := sv.client.Conn.Write(sockettest.EncodeFrame(sockettest.Final, 0, make([]byte, 1001))[:8]); err != nil {
		t.Fatal(err)
	}
	sv.client.WantClose(t, 1009)
	if r := <-sv.ended; r != closeTooBig {
		t.Errorf("ended with %v", r)
	}
}
