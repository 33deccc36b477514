package securitytest

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// rawClient speaks websocket by hand, and no better than a test wants it to.
type rawClient struct {
	testing.TB
	*net.TCPConn
	br *bufio.Reader
}

// openByHand opens a websocket by hand; an empty token is nobody.
func (n *node) openByHand(token string) *rawClient {
	n.Helper()
	c := n.dial()
	path := "/streaming"
	if token != "" {
		path += "?i=" + token
	}
	c.write([]byte("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"))
	for first := true; ; first = false {
		line, err := c.br.ReadString('\n')
		if err != nil {
			n.Fatal(err)
		}
		if first && !strings.Contains(line, " 101 ") {
			n.Fatalf("the handshake was answered with %s", line)
		}
		if line == "\r\n" {
			return c
		}
	}
}

// dial opens a TCP connection with small buffers, so that little is hidden in
// the kernel.
func (n *node) dial() *rawClient { n.Helper(); return n.dialAddr(n.addr) }

// dialAddr is dial at another of the node's listeners.
func (n *node) dialAddr(addr string) *rawClient {
	n.Helper()
	conn, err := (&net.Dialer{}).DialContext(n.Context(), "tcp", addr)
	if err != nil {
		n.Fatal(err)
	}
	n.Cleanup(func() { _ = conn.Close() })
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		n.Fatalf("not TCP: %T", conn)
	}
	if err := errors.Join(tcp.SetReadBuffer(4<<10), tcp.SetDeadline(time.Now().Add(patience))); err != nil {
		n.Fatal(err)
	}
	return &rawClient{n.TB, tcp, bufio.NewReader(tcp)}
}

func (c *rawClient) write(p []byte) {
	c.Helper()
	if _, err := c.Write(p); err != nil {
		c.Fatal(err)
	}
}

// header is the head of a masked frame; the mask is zero.
func header(fin bool, op byte, size uint64) []byte {
	b := []byte{op}
	if fin {
		b[0] |= 0x80
	}
	switch {
	case size < 126:
		b = append(b, 0x80|byte(size))
	case size <= 0xffff:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(size))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), size)
	}
	return append(b, 0, 0, 0, 0)
}

func whole(op byte, payload string) []byte {
	return append(header(true, op, uint64(len(payload))), payload...)
}

func (c *rawClient) say(frame string) { c.Helper(); c.write(whole(1, frame)) }

// join joins a channel and reads its pong.
func (c *rawClient) join(channel string) { c.Helper(); c.joinAs(channel, "1") }

// joinAs is join under an id.
func (c *rawClient) joinAs(channel, id string) {
	c.Helper()
	c.say(`{"type":"connect","body":{"channel":"` + channel + `","id":"` + id + `","pong":true}}`)
	if op, payload, err := c.next(); err != nil || op != 1 || !strings.Contains(payload, "connected") {
		c.Fatalf("joining %s: %x %q %v", channel, op, payload, err)
	}
}

// next reads one frame of the server's.
func (c *rawClient) next() (op byte, payload string, err error) {
	var h [10]byte
	if _, err := io.ReadFull(c.br, h[:2]); err != nil {
		return 0, "", err
	}
	size := uint64(h[1])
	switch size {
	case 126:
		_, err = io.ReadFull(c.br, h[2:4])
		size = uint64(binary.BigEndian.Uint16(h[2:]))
	case 127:
		_, err = io.ReadFull(c.br, h[2:10])
		size = binary.BigEndian.Uint64(h[2:])
	}
	if err != nil {
		return 0, "", err
	}
	p := make([]byte, size)
	_, err = io.ReadFull(c.br, p)
	return h[0] & 0xf, string(p), err
}

// end reads to the end of the connection and answers the code of the close
// frame; 0 if it was cut off without one.
func (c *rawClient) end() int {
	c.Helper()
	for {
		op, payload, err := c.next()
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			c.Fatal("the connection is not closed")
		case err != nil:
			return 0
		case op == 8:
			return int(binary.BigEndian.Uint16([]byte(payload)))
		}
	}
}

// keepSending sends the same frame until the server has had enough, and reads
// meanwhile, as a client would that wants to go on with it.
func (c *rawClient) keepSending(frame []byte) {
	many := make([]byte, 0, 64*len(frame))
	for range 64 {
		many = append(many, frame...)
	}
	sending := make(chan struct{})
	go func() {
		defer close(sending)
		for {
			if _, err := c.Write(many); err != nil {
				return
			}
		}
	}()
	c.Cleanup(func() {
		_ = c.Close()
		<-sending
	})
}
