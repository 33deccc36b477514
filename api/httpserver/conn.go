package httpserver

import (
	"errors"
	"net"
	"os"
	"time"
)

// conn is a connection whose writes end if the other side does not take what is
// written. Only one goroutine writes at a time, which net/http sees to.
type conn struct {
	net.Conn
	server *Server
	// In the current window of writing: how much was taken, and how long that has
	// been waited for, over all calls of Write.
	taken  int64
	waited time.Duration
}

// Write implements io.Writer. It goes on for as long as the client does: each
// half of AnswerStall that is spent in it has to move bytes enough. The time
// between two calls, in which the client had nothing to wait for, does not count.
//
// The kernel wakes a writer only when a good part of its buffer is free, which
// takes a slow reader minutes. But each new window begins with an attempt to
// write, which takes what little room there is, so that progress is seen.
func (c *conn) Write(p []byte) (written int, err error) {
	window := c.server.limits.AnswerStall / 2
	enough := c.server.limits.least(window)
	for {
		begun := time.Now()
		if err := c.Conn.SetWriteDeadline(begun.Add(window - c.waited)); err != nil {
			return written, err
		}
		n, err := c.Conn.Write(p[written:])
		written += n
		c.taken += int64(n)
		c.waited += time.Since(begun)
		goesOn := c.taken >= enough
		if goesOn {
			c.taken, c.waited = 0, 0
		}
		if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
			return written, err
		}
		if !goesOn {
			c.server.slowReaders.Add(1)
			c.reset()
			return written, err
		}
	}
}

// reset has Close give up what the kernel still holds for a client that does not
// take it.
func (c *conn) reset() {
	if tcp, ok := c.Conn.(interface{ SetLinger(sec int) error }); ok {
		_ = tcp.SetLinger(0) // without it the kernel gives up later
	}
}

// CloseWrite ends what is sent, for net/http, which does so before it closes a
// connection on which the client may still be sending: an answer that was just
// written would be lost otherwise.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// Detach answers the connection beneath, without deadlines, for who has hijacked
// this one.
func (c *conn) Detach() net.Conn {
	_ = c.Conn.SetDeadline(time.Time{}) // fails on a connection that is gone, as its next use will find
	return c.Conn
}
