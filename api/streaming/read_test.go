package streaming

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
)

func TestInbound(t *testing.T) {
	ts := newTestServer(t, Limits{InboundFrame: 70_000}, plain)
	big := strings.Repeat("x", 70_000)
	cases := []struct {
		name  string
		send  func(c *client)
		want  string // one message, if not empty
		close int    // the code of the server's close frame, if not 0
	}{
		{"text", func(c *client) { c.send(t, true, 1, []byte("hello")) }, "hello", 0},
		{"binary", func(c *client) { c.send(t, true, 2, []byte("hello")) }, "hello", 0},
		{"fragments with a ping between", func(c *client) {
			c.send(t, false, 1, []byte("he"))
			c.send(t, true, opPing, nil)
			c.send(t, false, 0, nil)
			c.send(t, true, 0, []byte("llo"))
		}, "hello", 0},
		{"as large as allowed", func(c *client) { c.send(t, true, 1, []byte(big)) }, big, 0},
		{"too large", func(c *client) { c.send(t, true, 1, []byte(big+"x")) }, "", 1009},
		{"too large in fragments", func(c *client) {
			for range 2 {
				c.send(t, false, 1, []byte(big[:40_000]))
				c.send(t, true, 0, []byte(big[:40_000]))
			}
		}, "", 1009},
		{"unmasked", func(c *client) { _, _ = c.conn.Write([]byte{0x81, 1, 'x'}) }, "", 1002},
		{"unknown opcode", func(c *client) { c.send(t, true, 3, nil) }, "", 1002},
		{"reserved bit", func(c *client) { c.send(t, true, 0x41, nil) }, "", 1002},
		{"continuation of nothing", func(c *client) { c.send(t, true, 0, nil) }, "", 1002},
		{"fragmented ping", func(c *client) { c.send(t, false, opPing, nil) }, "", 1002},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			sv := ts.dial(t, 0)
			c.send(sv.client)
			if c.want != "" {
				if got := <-sv.messages; got != c.want {
					t.Errorf("got %.20q", got)
				}
			}
			if c.close == 0 {
				if r := sv.end(t); r != endedGone {
					t.Errorf("ended with %v", r)
				}
				return
			}
			sv.client.wantClose(t, c.close)
			if r := <-sv.ended; r.Code != c.close {
				t.Errorf("ended with %v", r)
			}
		})
	}
}

// A client uploads far more than is read: the close frame must reach it, not be
// overtaken by a reset.
func TestCloseFrameIsNotOvertakenByAReset(t *testing.T) {
	ts := newTestServer(t, Limits{}, plain)
	sv := ts.dial(t, 0)
	sv.client.send(t, true, 1, make([]byte, 2<<20))
	sv.client.wantClose(t, 1009)
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
			sv.client.send(t, true, opClose, payload)
			sv.client.want(t, 1, "00000001")
			sv.client.want(t, opClose, string(payload))
			if _, err := sv.client.next(); !errors.Is(err, io.EOF) {
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

func TestContextResets(t *testing.T) {
	near, far := net.Pipe()
	defer func() { _ = near.Close() }()
	tr := newTestTransport(t, Limits{})
	s, _ := upgradePipe(t, tr, near, far)
	ctx, cancel := context.WithCancel(context.Background())
	sv := serve(ctx, s)
	cancel()
	if r := <-sv.ended; r != endedContext {
		t.Errorf("ended with %v", r)
	}
}
