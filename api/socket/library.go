// nhooyr.io/websocket calls itself deprecated in favour of its successor path.
// It was chosen by the people who asked for this server, and nothing outside
// this file touches it, so that moving changes one line. (The exception for the
// linter stands in .golangci.yml.)

package socket

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
	"unicode/utf8"

	"nhooyr.io/websocket"
)

// libraryConn is the websocket library on a connection that is no plain socket:
// over TLS within the process, in memory, and on systems where no descriptors are
// watched. The library answers the handshake and reads messages, in a goroutine
// that waits. It writes control frames only, and those take the way of all
// frames; what came is counted before it reads it, since it tells neither of
// pongs nor of how many frames it read.
type libraryConn struct {
	socket   *Socket
	conn     net.Conn
	ws       *websocket.Conn
	readErr  error // the connection's, which the library wraps in its own
	follower frameFollower
	answer   *control // the library's close frame
}

// libraryBuffer is the size of the library's read buffer, in bytes. Most frames
// of clients are below 200 bytes; what is longer is read past it.
const libraryBuffer = 512

// acceptByLibrary answers the handshake on a connection that was taken over from
// net/http.
func acceptByLibrary(s *Socket, conn net.Conn, r *http.Request, subprotocol string) (*libraryConn, error) {
	if err := conn.SetDeadline(time.Now().Add(s.g.limits.HandshakeTimeout)); err != nil {
		return nil, fmt.Errorf("bounding the handshake: %w", err)
	}
	l := &libraryConn{socket: s, conn: conn}
	options := &websocket.AcceptOptions{
		InsecureSkipVerify: true, // of the origin, which is the gateway's matter
		// Frames are shared by connections and written past the library.
		CompressionMode: websocket.CompressionDisabled,
	}
	if subprotocol != "" {
		options.Subprotocols = []string{subprotocol}
	}
	ws, err := websocket.Accept(&handshakeWriter{conn: l, header: http.Header{}}, r, options)
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(-1) // readMessages has its own
	l.ws = ws
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return nil, fmt.Errorf("unbounding the connection: %w", err)
	}
	return l, nil
}

// handshakeWriter writes the library's answer to a connection that net/http has
// let go of.
type handshakeWriter struct {
	conn   *libraryConn
	header http.Header
	failed error
}

// Header implements http.ResponseWriter.
func (h *handshakeWriter) Header() http.Header { return h.header }

// WriteHeader implements http.ResponseWriter.
func (h *handshakeWriter) WriteHeader(status int) {
	answer := http.Response{StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: h.header}
	var wire bytes.Buffer // so that it goes out as one
	if h.failed = answer.Write(&wire); h.failed == nil {
		_, h.failed = h.conn.conn.Write(wire.Bytes())
	}
}

// Write implements http.ResponseWriter, for a refusal, after which nothing is
// left to be done.
func (h *handshakeWriter) Write([]byte) (int, error) { return 0, http.ErrHijacked }

// Hijack implements http.Hijacker.
func (h *handshakeWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if h.failed != nil {
		return nil, nil, h.failed
	}
	return h.conn, bufio.NewReadWriter(bufio.NewReaderSize(h.conn, libraryBuffer), bufio.NewWriterSize(h.conn, maxControl)), nil
}

// The library's view of the connection.
var _ net.Conn = (*libraryConn)(nil)

// serve reads until the connection ends, and ends the socket.
func (l *libraryConn) serve() {
	s := l.socket
	err := l.readMessages()
	if l.readErr == nil {
		l.close(err)
	}
	// A client that broke a rule is heard out; see consume.
	s.reading.frames.follower = &l.follower
	buf := make([]byte, libraryBuffer)
	for over := s.consume(nil, l.readErr); !over; {
		n, err := l.conn.Read(buf)
		over = s.consume(buf[:n], err)
	}
	// An error tells that the library had ended by itself.
	_ = l.ws.CloseNow()
	s.finish()
}

// What the library does not find.
var (
	errMessageTooBig = errors.New("message too big")
	errNotUTF8       = errors.New("text is not valid UTF-8")
)

// readMessages reads messages until the connection or the library fails, or a
// rule is broken.
func (l *libraryConn) readMessages() error {
	limit := l.socket.g.limits.InboundFrame
	for {
		kind, r, err := l.ws.Reader(context.Background()) // pings find out if nothing comes any more
		if err != nil {
			return fmt.Errorf("waiting for a message: %w", err)
		}
		message, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
		switch {
		case err != nil:
			return fmt.Errorf("reading a message: %w", err)
		case l.readErr != nil: // the library takes the end of the connection for the end of the message
			return fmt.Errorf("in the middle of a message: %w", l.readErr)
		case len(message) > limit:
			return errMessageTooBig
		case kind == websocket.MessageText && !utf8.Valid(message):
			return errNotUTF8
		}
		l.socket.gotMessage(message)
	}
}

// close closes the connection for an error of readMessages.
func (l *libraryConn) close(err error) {
	s := l.socket
	reason, answer := closeProtocol, l.answer
	switch {
	case errors.Is(err, errMessageTooBig):
		reason = closeTooBig
	case errors.Is(err, errNotUTF8):
		reason = closeNotUTF8
	case websocket.CloseStatus(err) != -1: // a valid close frame has come
		reason = endedByClient
	}
	if answer == nil {
		s.Close(reason)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closeLocked(reason, answer)
}

// Read reads for the library, no faster than the limits allow.
func (l *libraryConn) Read(p []byte) (n int, err error) {
	s, r := l.socket, &l.socket.reading
	s.pause(r.throttle.delay())
	if len(r.readAhead) > 0 {
		n = copy(p, r.readAhead)
		r.readAhead = r.readAhead[n:]
	} else {
		n, err = l.conn.Read(p)
		if n > 0 {
			err = nil // it comes again
		}
	}
	frames, pongs := l.follower.follow(p[:n])
	if pongs > 0 {
		s.gotPong()
	}
	s.countInbound(frames, n)
	s.limitRate(frames, time.Now())
	if err != nil {
		l.readErr = err
	}
	return n, err
}

// Write takes one whole control frame from the library, so it neither blocks nor
// fails. A pong is queued like any other frame of the socket. A close frame is
// the last thing that it writes before it fails; serve sends it.
func (l *libraryConn) Write(p []byte) (int, error) {
	f := &control{wire: bytes.Clone(p)}
	if p[0]&bitsOpcode == opClose {
		l.answer = f
	} else {
		l.socket.put(entry{control: f})
	}
	return len(p), nil
}

// Close does nothing: the library is done, not the connection.
func (*libraryConn) Close() error { return nil }

// LocalAddr implements net.Conn.
func (l *libraryConn) LocalAddr() net.Addr { return l.conn.LocalAddr() }

// RemoteAddr implements net.Conn.
func (l *libraryConn) RemoteAddr() net.Addr { return l.conn.RemoteAddr() }

// SetDeadline does nothing: the library is not told of any.
func (*libraryConn) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing.
func (*libraryConn) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (*libraryConn) SetWriteDeadline(time.Time) error { return nil }
