package socket

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// Answer is what a gateway has to say in the 101.
type Answer struct {
	// Subprotocol is sent as Sec-WebSocket-Protocol; empty: nothing is. It has to
	// be one of those that the client offers, or clients end the connection.
	Subprotocol string
	// Shard is whose counters the connection uses: sockets that are written by one
	// goroutine should have the same number. It has no other meaning.
	Shard int
}

// ErrUnanswered says that an upgrade failed and that nobody has answered it yet.
var ErrUnanswered = errors.New("the connection cannot be taken over")

// Accept answers the request, which CheckUpgrade found nothing wrong with, with
// 101 and opens the socket, on which Serve must then be called. After an error
// the client is to be dismissed; if it is ErrUnanswered, the gateway still has to
// refuse, else nobody is there to be answered. The caller returns from its HTTP
// handler without touching w or r's context again, so that net/http's objects can
// be freed.
func (g *Gateway) Accept(s *Socket, w http.ResponseWriter, r *http.Request, a Answer) error {
	s.counters = g.stats.ofShard(a.Shard)
	conn, brw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return fmt.Errorf("upgrading to a websocket: %w: %w", ErrUnanswered, err)
	}
	// A server that keeps deadlines on its connections hands out the one beneath.
	if c, ok := conn.(interface{ Detach() net.Conn }); ok {
		conn = c.Detach()
	}
	if n := brw.Reader.Buffered(); n > 0 {
		peeked, _ := brw.Peek(n) // n bytes are there
		s.reading.readAhead = bytes.Clone(peeked)
	}
	fd, l, err := g.open(s, conn, r, a.Subprotocol)
	if err != nil {
		g.stats.refusals[RefusedFailed].Add(1)
		return fmt.Errorf("answering the handshake: %w", err)
	}
	s.open(fd, l)
	g.stats.Accepted.Add(1)
	return nil
}

// open answers the handshake on a connection that is the transport's from now on:
// on its descriptor if it is a plain socket, otherwise by the library.
func (g *Gateway) open(s *Socket, conn net.Conn, r *http.Request, subprotocol string) (fd int, l *libraryConn, err error) {
	fd, err = takeDescriptor(conn)
	if err != nil {
		if l, err = acceptByLibrary(s, conn, r, subprotocol); err != nil {
			reset(conn)
		}
		return -1, l, err
	}
	_ = conn.Close() // fd is the connection's now
	var room [maxAnswer]byte
	if err := answerPlain(fd, appendAnswer(room[:0], r.Header, subprotocol)); err != nil {
		closeDescriptor(fd, abrupt)
		return -1, nil, err
	}
	return fd, nil, nil
}

// answerPlain writes the 101 to a plain socket, which has room for a hundred
// bytes since it is new.
func answerPlain(fd int, answer []byte) error {
	n, err := send(fd, answer)
	if err == nil && n < len(answer) {
		err = io.ErrShortWrite
	}
	return err
}
