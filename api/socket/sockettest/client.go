package sockettest

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
)

// Opcodes of RFC 6455, section 5.2.
const (
	OpContinuation = 0x0
	OpText         = 0x1
	OpBinary       = 0x2
	OpClose        = 0x8
	OpPing         = 0x9
	OpPong         = 0xa
)

// Frame is one frame as Client reads it.
type Frame struct {
	Op      byte
	Fin     bool
	Payload []byte
}

// Code is the code in a close frame.
func (f Frame) Code() int { return int(binary.BigEndian.Uint16(f.Payload)) }

// Client is a websocket client that shares no code with the server.
type Client struct {
	Conn net.Conn
	// Reader reads from Conn what Next has not read yet.
	Reader *bufio.Reader
}

// NewClient is a client on a connection on which it has read nothing yet.
func NewClient(conn net.Conn) *Client { return &Client{Conn: conn, Reader: bufio.NewReader(conn)} }

// Request is a valid upgrade, as a browser sends it, with more headers, each
// ended by CR LF.
func Request(path, headers string) string {
	return "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + headers + "\r\n"
}

// Handshake sends a Request and reads the head of the answer.
func Handshake(t testing.TB, conn net.Conn, path, headers string) (*Client, string) {
	t.Helper()
	if _, err := io.WriteString(conn, Request(path, headers)); err != nil {
		t.Fatal(err)
	}
	c := NewClient(conn)
	return c, c.Head(t)
}

// Head reads the head of the answer to the upgrade.
func (c *Client) Head(t testing.TB) string {
	t.Helper()
	var head strings.Builder
	for {
		line, err := c.Reader.ReadString('\n')
		if err != nil {
			t.Fatalf("reading the answer after %q: %v", head.String(), err)
		}
		head.WriteString(line)
		if line == "\r\n" {
			return head.String()
		}
	}
}

// Fin says whether a frame is the last of its message.
type Fin bool

// Whether a frame is the last of its message.
const (
	Final Fin = true
	More  Fin = false
)

// Send writes one masked frame.
func (c *Client) Send(t testing.TB, fin Fin, op byte, payload []byte) {
	t.Helper()
	if _, err := c.Conn.Write(EncodeFrame(fin, op, payload)); err != nil {
		t.Fatalf("client writes: %v", err)
	}
}

// EncodeFrame is a frame as a client sends it: masked.
func EncodeFrame(fin Fin, op byte, payload []byte) []byte {
	b := []byte{op}
	if fin {
		b[0] |= 0x80
	}
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n <= 0xffff:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	mask := [4]byte{1, 2, 3, 4}
	b = append(b, mask[:]...)
	for i, p := range payload {
		b = append(b, p^mask[i%4])
	}
	return b
}

// Next reads one frame, as strictly as RFC 6455 allows.
func (c *Client) Next() (Frame, error) {
	var h [8]byte
	if _, err := io.ReadFull(c.Reader, h[:2]); err != nil {
		return Frame{}, err
	}
	f := Frame{Op: h[0] & 0xf, Fin: h[0]&0x80 != 0}
	n := uint64(h[1] & 0x7f)
	if h[0]&0x70 != 0 || h[1]&0x80 != 0 {
		return f, fmt.Errorf("not a server's frame header: %x", h[:2])
	}
	switch f.Op {
	case 0, 1, 2:
	case OpClose, OpPing, OpPong:
		if n > 125 || !f.Fin {
			return f, fmt.Errorf("not a control frame: %x", h[:2])
		}
	default:
		return f, fmt.Errorf("unknown opcode: %x", h[:2])
	}
	switch n {
	case 126:
		if _, err := io.ReadFull(c.Reader, h[:2]); err != nil {
			return f, err
		}
		n = uint64(binary.BigEndian.Uint16(h[:]))
	case 127:
		if _, err := io.ReadFull(c.Reader, h[:8]); err != nil {
			return f, err
		}
		n = binary.BigEndian.Uint64(h[:])
	}
	if n > 16<<20 {
		return f, fmt.Errorf("a frame of %d bytes", n)
	}
	f.Payload = make([]byte, n)
	_, err := io.ReadFull(c.Reader, f.Payload)
	return f, err
}

// Want reads one frame and checks it.
func (c *Client) Want(t testing.TB, op byte, payload string) {
	t.Helper()
	f, err := c.Next()
	if err != nil {
		t.Fatalf("waiting for %x %q: %v", op, payload, err)
	}
	if f.Op != op || !f.Fin || string(f.Payload) != payload {
		t.Fatalf("got %x %.60q, want %x %.60q", f.Op, f.Payload, op, payload)
	}
}

// WantClose reads frames up to a close frame, whose code it checks, answers it,
// and checks that nothing but the end follows. It returns the frames before.
func (c *Client) WantClose(t testing.TB, code int) (before []Frame) {
	t.Helper()
	for {
		f, err := c.Next()
		if err != nil {
			t.Fatalf("waiting for close %d: %v", code, err)
		}
		if f.Op != OpClose {
			before = append(before, f)
			continue
		}
		if f.Code() != code || len(f.Payload) < 4 {
			t.Fatalf("closed with %d %q, want %d and a text", f.Code(), f.Payload[2:], code)
		}
		c.Send(t, Final, OpClose, f.Payload[:2])
		if f, err := c.Next(); err == nil {
			t.Fatalf("after the close frame: %+v", f)
		}
		return before
	}
}
