// nhooyr.io/websocket calls itself deprecated in favour of its successor path.
// It was chosen by the people who asked for this server, and nothing outside
// this file touches it, so that moving changes one line. (The exception for the
// linter stands in .golangci.yml.)

package streaming

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	"nhooyr.io/websocket"
)

// readBuffer is the size of a connection's read buffer, in bytes; net/http's
// own is eight times that, and most frames of clients are below 200 bytes.
const readBuffer = 512

// upgrade answers the request with 101 and returns the socket, on which Serve
// must then be called; or it answers with a refusal and returns that. The
// caller returns from its HTTP handler without touching w or r's context again,
// so that net/http's objects can be freed.
func (t *transport) upgrade(w http.ResponseWriter, r *http.Request) (*socket, error) {
	if ref := checkUpgrade(r); ref != nil {
		t.refuse(w, ref)
		return nil, ref
	}
	h := &hijacker{t: t, w: w, header: make(http.Header)}
	ws, err := websocket.Accept(h, r, &websocket.AcceptOptions{
		Subprotocols: offeredSubprotocol(r.Header),
		// Any origin: the token is in the URL or a header, never in a cookie.
		InsecureSkipVerify: true,
		// Frames are shared by connections and written past the library.
		CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		switch {
		case h.socket != nil:
			h.socket.abort(endedGone)
		case h.taken: // and closed: nobody is there to be answered
			t.stats.refusals[RefusedFailed].Add(1)
		default:
			t.refuse(w, refuseFailed)
		}
		return nil, fmt.Errorf("upgrading to a websocket: %w", err)
	}
	ws.SetReadLimit(-1) // library.read has its own
	h.socket.lib = library{ws}
	t.stats.Accepted.Add(1)
	return h.socket, nil
}

// hijacker stands between the library and net/http: it writes the 101 itself,
// byte for byte as Misskey does, and gives the library small buffers and a
// connection whose writes take the writer's place.
type hijacker struct {
	t      *transport
	w      http.ResponseWriter
	header http.Header
	taken  bool // net/http has let go of the connection
	socket *socket
}

func (h *hijacker) Header() http.Header         { return h.header }
func (h *hijacker) WriteHeader(int)             {}
func (h *hijacker) Write(p []byte) (int, error) { return len(p), nil }

// Hijack implements http.Hijacker.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, brw, err := http.NewResponseController(h.w).Hijack()
	if err != nil {
		return nil, nil, fmt.Errorf("hijacking: %w", err)
	}
	h.taken = true
	var early []byte
	if n := brw.Reader.Buffered(); n > 0 {
		peeked, _ := brw.Peek(n) // n bytes are there
		early = bytes.Clone(peeked)
	}
	if err := h.answer(conn); err != nil {
		reset(conn)
		return nil, nil, err
	}
	h.socket = newSocket(h.t, conn, early)
	c := (*libraryConn)(h.socket)
	return c, bufio.NewReadWriter(bufio.NewReaderSize(c, readBuffer), bufio.NewWriterSize(c, maxControl)), nil
}

// answer writes the 101.
func (h *hijacker) answer(conn net.Conn) error {
	b := []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
	for _, k := range []string{"Sec-WebSocket-Accept", "Sec-WebSocket-Protocol"} {
		if v := h.header.Get(k); v != "" {
			b = append(b, k+": "+v+"\r\n"...)
		}
	}
	b = append(b, "\r\n"...)
	if err := conn.SetDeadline(time.Now().Add(h.t.limits.HandshakeTimeout)); err != nil {
		return fmt.Errorf("bounding the handshake: %w", err)
	}
	if _, err := conn.Write(b); err != nil {
		return fmt.Errorf("answering the handshake: %w", err)
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return fmt.Errorf("unbounding the connection: %w", err)
	}
	return nil
}

// library is the websocket library's connection. It reads frames, answers pings
// and close frames; what we write goes past it.
type library struct{ ws *websocket.Conn }

// errTooBig is a message past the limit.
var errTooBig = errors.New("message too big")

var messages = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// read gives every message to onMessage until the connection ends.
func (l library) read(ctx context.Context, limit int, onMessage func([]byte)) error {
	for {
		_, r, err := l.ws.Reader(ctx)
		if err != nil {
			return fmt.Errorf("waiting for a message: %w", err)
		}
		// The buffer is taken when a message begins and given back before the
		// next is waited for: an idle connection holds none.
		if err := readMessage(r, limit, onMessage); err != nil {
			return err
		}
	}
}

func readMessage(r io.Reader, limit int, onMessage func([]byte)) error {
	buf, _ := messages.Get().(*bytes.Buffer)
	defer messages.Put(buf)
	buf.Reset()
	if _, err := buf.ReadFrom(io.LimitReader(r, int64(limit)+1)); err != nil {
		return fmt.Errorf("reading a message: %w", err)
	}
	if buf.Len() > limit {
		return errTooBig
	}
	onMessage(buf.Bytes())
	return nil
}

// stop ends the library's goroutine. It leaves the connection open, see
// libraryConn.Close.
func (l library) stop() {
	// An error tells that the library had already ended by itself.
	_ = l.ws.CloseNow()
}

// libraryConn is the socket as the library sees it.
type libraryConn socket

// Read reads for the library, no faster than the limits allow.
func (c *libraryConn) Read(p []byte) (int, error) {
	s := (*socket)(c)
	s.throttle.wait(s.stopRead)
	var n int
	if len(s.early) > 0 {
		n = copy(p, s.early)
		if s.early = s.early[n:]; len(s.early) == 0 {
			s.early = nil
		}
	} else if n, s.readErr = s.conn.Read(p); s.readErr != nil {
		return n, s.readErr
	}
	frames := s.inbound(p[:n])
	if frames > 0 && s.throttle.took(frames, time.Now(), s.t.limits.InboundPatience) {
		s.Close(closeFlood)
	}
	return n, nil
}

// Write takes one whole control frame from the library, a pong or a close
// frame, and queues it like any other frame, so it neither blocks nor fails.
func (c *libraryConn) Write(p []byte) (int, error) {
	s := (*socket)(c)
	f := &control{wire: bytes.Clone(p)}
	if p[0]&0xf != opClose {
		s.put(entry{control: f})
		return len(p), nil
	}
	reason := closeProtocol
	if s.peerDone {
		reason = endedByClient
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closeLocked(reason, f)
	return len(p), nil
}

// Close makes reads fail. The library calls it when it is done, which may be
// before all that is queued was written; Serve closes the connection itself.
func (c *libraryConn) Close() error {
	s := (*socket)(c)
	s.mu.Lock()
	s.stopReadLocked()
	s.mu.Unlock()
	return s.conn.SetReadDeadline(time.Unix(1, 0))
}

func (c *libraryConn) LocalAddr() net.Addr                { return c.conn.LocalAddr() }
func (c *libraryConn) RemoteAddr() net.Addr               { return c.conn.RemoteAddr() }
func (c *libraryConn) SetDeadline(t time.Time) error      { return c.conn.SetDeadline(t) }
func (c *libraryConn) SetReadDeadline(t time.Time) error  { return c.conn.SetReadDeadline(t) }
func (c *libraryConn) SetWriteDeadline(t time.Time) error { return c.conn.SetWriteDeadline(t) }

// closeFrame is the close frame for a reason.
func closeFrame(r CloseReason) *control {
	text := r.Text[:min(len(r.Text), maxControl-4)]
	b := append(make([]byte, 0, 4+len(text)), 0x80|opClose, byte(2+len(text)))
	b = binary.BigEndian.AppendUint16(b, uint16(r.Code))
	return &control{wire: append(b, text...)}
}

// rawConn gives access to the descriptor of a plain socket, and nil for
// everything that puts something between us and it, as TLS does.
func rawConn(conn net.Conn) syscall.RawConn {
	var c syscall.Conn
	switch conn := conn.(type) {
	case *net.TCPConn:
		c = conn
	case *net.UnixConn:
		c = conn
	default:
		return nil
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// descriptor is the number of raw's descriptor, and raw; nil if it is closed.
func descriptor(raw syscall.RawConn) (int, syscall.RawConn) {
	n := -1
	if raw.Control(func(fd uintptr) { n = int(fd) }) != nil {
		return n, nil
	}
	return n, raw
}

// reset closes a connection at once, whatever was not yet delivered. It does
// not block: a TLS connection is torn down beneath TLS, which would first write
// an alert.
func reset(conn net.Conn) {
	if c, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = c.NetConn()
	}
	if c, ok := conn.(*net.TCPConn); ok {
		_ = c.SetLinger(0) // it is closed either way
	}
	_ = conn.Close()
}

func wouldBlock(err error) bool { return errors.Is(err, unix.EAGAIN) }

func write(fd uintptr, p []byte) (int, error) {
	for {
		n, err := unix.Write(int(fd), p)
		if !errors.Is(err, unix.EINTR) {
			return max(n, 0), err
		}
	}
}

func writev(fd uintptr, iov [][]byte) (int, error) {
	for {
		n, err := unix.Writev(int(fd), iov)
		if !errors.Is(err, unix.EINTR) {
			return max(n, 0), err
		}
	}
}
