// nhooyr.io/websocket calls itself deprecated in favour of its successor path.
// It was chosen by the people who asked for this server, and nothing outside
// this file touches it, so that moving changes one line. (The exception for the
// linter stands in .golangci.yml.)

package streaming

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha1" //nolint:gosec // RFC 6455 has it so
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	"nhooyr.io/websocket"
)

// accept answers the request, which was checked, with 101 and opens the socket,
// on which Serve must then be called; or it answers with a refusal and returns
// an error. The caller returns from its HTTP handler without touching w or r's context again, so that
// net/http's objects can be freed.
//
// The handshake is not the library's, since everything that it checks was
// checked by checkUpgrade, whose answers are Misskey's, and since each of its
// connections comes with a goroutine. They are lent to whoever sends something;
// see readers.
func (t *transport) accept(s *socket, w http.ResponseWriter, r *http.Request) error {
	answer := handshakeAnswer(r.Header)
	if a, ok := w.(*arrival); ok {
		a.taken = true
		if err := t.answerPlain(a.fd, answer); err != nil {
			a.close(true)
			return err
		}
		s.reading.arrival = a
		s.open(a.fd, nil, nil)
		t.stats.Accepted.Add(1)
		return nil
	}
	conn, brw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.refuse(w, refuseFailed)
		return fmt.Errorf("upgrading to a websocket: %w", err)
	}
	var early []byte
	if n := brw.Reader.Buffered(); n > 0 {
		peeked, _ := brw.Peek(n) // n bytes are there
		early = bytes.Clone(peeked)
	}
	if p, ok := conn.(*passed); ok {
		early, conn = append(early, p.read...), p.TCPConn
	}
	fd, err := takeDescriptor(conn)
	switch {
	case err != nil: // what cannot be watched waits in a read
		if err = t.answer(conn, answer); err != nil {
			reset(conn)
		}
	default:
		_ = conn.Close() // fd is the connection's now
		conn = nil
		if err := t.answerPlain(fd, answer); err != nil {
			closeDescriptor(fd, true)
			return err
		}
	}
	if err != nil {
		t.stats.refusals[RefusedFailed].Add(1) // nobody is there to be answered
		return fmt.Errorf("answering the handshake: %w", err)
	}
	s.open(fd, conn, early)
	t.stats.Accepted.Add(1)
	return nil
}

// acceptGUID is what RFC 6455, section 1.3, has appended to a client's key.
const acceptGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// handshakeAnswer is the 101, byte for byte as Misskey has it.
func handshakeAnswer(request http.Header) []byte {
	sum := sha1.Sum([]byte(strings.TrimSpace(request.Get("Sec-WebSocket-Key")) + acceptGUID)) //nolint:gosec // RFC 6455 has it so
	b := make([]byte, 0, 192)
	b = append(b, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "...)
	b = base64.StdEncoding.AppendEncode(b, sum[:])
	for _, p := range offeredSubprotocol(request) {
		b = append(b, "\r\nSec-WebSocket-Protocol: "...)
		b = append(b, p...)
	}
	return append(b, "\r\n\r\n"...)
}

// answerPlain writes the 101 to a plain socket, which has room for a hundred
// bytes since it is new.
func (t *transport) answerPlain(fd int, answer []byte) error {
	n, err := send(fd, answer)
	if err == nil && n < len(answer) {
		err = io.ErrShortWrite
	}
	if err != nil {
		t.stats.refusals[RefusedFailed].Add(1) // nobody is there to be answered
		return fmt.Errorf("answering the handshake: %w", err)
	}
	return nil
}

// answer writes the 101 to what may keep a writer waiting.
func (t *transport) answer(conn net.Conn, answer []byte) error {
	if err := conn.SetDeadline(time.Now().Add(t.limits.HandshakeTimeout)); err != nil {
		return fmt.Errorf("bounding the handshake: %w", err)
	}
	if _, err := conn.Write(answer); err != nil {
		return err
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return fmt.Errorf("unbounding the connection: %w", err)
	}
	return nil
}

// readers are connections of the websocket library that read for whichever
// socket has something, and answer its pings and close frames. Between two
// messages the library keeps nothing of a connection, so a few serve all.
type readers struct{ idle chan *reader }

// idleReaders is how many are kept when nobody needs them.
const idleReaders = 32

func newReaders() readers { return readers{make(chan *reader, idleReaders)} }

func (rs readers) take() (*reader, error) {
	select {
	case r := <-rs.idle:
		return r, nil
	default:
		return newReader()
	}
}

// give takes back a reader that has no message under way.
func (rs readers) give(r *reader) {
	r.socket = nil
	select {
	case rs.idle <- r:
	default:
		r.stop()
	}
}

// stop ends the readers that are idle.
func (rs readers) stop() {
	for {
		select {
		case r := <-rs.idle:
			r.stop()
		default:
			return
		}
	}
}

// reader is a connection of the library over frames that lie in memory.
type reader struct {
	ws      *websocket.Conn
	socket  *socket // whose frames are read
	in      []byte  // those that are not read yet; whole frames
	message io.Reader
	text    bytes.Buffer
}

// The library's view of a reader needs no more of net.Conn than this.
var _ net.Conn = (*reader)(nil)

// errTooBig is a message past the limit.
var errTooBig = errors.New("message too big")

// errNoFrames is what the library is told when it asks for a frame that has not
// come. It asks again later, where it was.
var errNoFrames = errors.New("no more frames for now")

// keptText is the most that a reader keeps allocated between messages, in
// bytes.
const keptText = 4 << 10

// read gives every message that ends in p, which are whole frames of the
// socket, to onMessage. It says whether a message has begun that does not end
// there: then the reader is the socket's until it does. After an error, which
// may be that the client closed, the reader is to be stopped.
func (r *reader) read(s *socket, p []byte, limit int, onMessage func([]byte)) (unfinished bool, err error) {
	r.socket, r.in = s, p
	for {
		if r.message == nil {
			// No deadline: it never waits.
			if _, r.message, err = r.ws.Reader(context.Background()); err != nil {
				r.message = nil
				if errors.Is(err, errNoFrames) {
					return false, nil
				}
				return false, fmt.Errorf("waiting for a message: %w", err)
			}
			r.text.Reset()
		}
		_, err := r.text.ReadFrom(io.LimitReader(r.message, int64(limit+1-r.text.Len())))
		switch {
		case r.text.Len() > limit:
			return false, errTooBig
		case errors.Is(err, errNoFrames):
			return true, nil
		case err != nil:
			return false, fmt.Errorf("reading a message: %w", err)
		}
		r.message = nil
		onMessage(r.text.Bytes())
		if r.text.Cap() > keptText {
			r.text = bytes.Buffer{}
		}
	}
}

// stop ends the library's goroutine.
func (r *reader) stop() {
	// An error tells that the library had ended by itself.
	_ = r.ws.CloseNow()
	r.socket = nil
}

// newReader makes a reader. The library makes connections by handshakes only,
// so it is shown one, whose answer goes nowhere.
func newReader() (*reader, error) {
	r := new(reader)
	request := &http.Request{
		Method: http.MethodGet, ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Connection": {"Upgrade"}, "Upgrade": {"websocket"},
			"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"bm90ZXdpcmUgcmVhZGVycw=="},
		},
	}
	ws, err := websocket.Accept(&stillHandshake{reader: r, header: http.Header{}}, request, &websocket.AcceptOptions{
		// Frames are shared by connections and written past the library.
		CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		return nil, fmt.Errorf("making a reader of frames: %w", err)
	}
	ws.SetReadLimit(-1) // read has its own
	r.ws = ws
	return r, nil
}

// stillHandshake lets the library believe in a handshake.
type stillHandshake struct {
	reader *reader
	header http.Header
}

func (h *stillHandshake) Header() http.Header         { return h.header }
func (h *stillHandshake) WriteHeader(int)             {}
func (h *stillHandshake) Write(p []byte) (int, error) { return len(p), nil }

// Hijack implements http.Hijacker.
func (h *stillHandshake) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.reader, bufio.NewReadWriter(bufio.NewReaderSize(h.reader, readerBuffer), bufio.NewWriterSize(h.reader, maxControl)), nil
}

// readerBuffer is the size of the library's read buffer, in bytes. It holds
// headers and short frames; what is longer is read past it.
const readerBuffer = 512

// Read reads for the library.
func (r *reader) Read(p []byte) (int, error) {
	if len(r.in) == 0 {
		return 0, errNoFrames
	}
	n := copy(p, r.in)
	r.in = r.in[n:]
	return n, nil
}

// Write takes one whole control frame from the library, a pong or a close
// frame, and queues it like any other frame of the socket, so it neither blocks
// nor fails.
func (r *reader) Write(p []byte) (int, error) {
	s := r.socket
	if s == nil { // the answer to the handshake that was none
		return len(p), nil
	}
	f := &control{wire: bytes.Clone(p)}
	if p[0]&0xf != opClose {
		s.put(entry{control: f})
		return len(p), nil
	}
	reason := closeProtocol
	if s.reading.peerDone {
		reason = endedByClient
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closeLocked(reason, f)
	return len(p), nil
}

// Close does nothing: the library is done, not the connection.
func (*reader) Close() error { return nil }

func (*reader) LocalAddr() net.Addr              { return nowhere{} }
func (*reader) RemoteAddr() net.Addr             { return nowhere{} }
func (*reader) SetDeadline(time.Time) error      { return nil }
func (*reader) SetReadDeadline(time.Time) error  { return nil }
func (*reader) SetWriteDeadline(time.Time) error { return nil }

// nowhere is the address of a reader.
type nowhere struct{}

func (nowhere) Network() string { return "memory" }
func (nowhere) String() string  { return "memory" }

// closeFrame is the close frame for a reason.
func closeFrame(r CloseReason) *control {
	text := r.Text[:min(len(r.Text), maxControl-4)]
	b := append(make([]byte, 0, 4+len(text)), 0x80|opClose, byte(2+len(text)))
	b = binary.BigEndian.AppendUint16(b, uint16(r.Code))
	return &control{wire: append(b, text...)}
}

// takeDescriptor answers a descriptor of a plain socket that is nobody else's;
// conn is to be closed then. It fails for everything that puts something between
// us and the socket, as TLS does, and where nothing could watch it.
func takeDescriptor(conn net.Conn) (int, error) {
	var c syscall.Conn
	switch conn := conn.(type) {
	case *net.TCPConn:
		c = conn
	case *net.UnixConn:
		c = conn
	}
	if c == nil || !pollable {
		return -1, errors.ErrUnsupported
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return -1, fmt.Errorf("taking the descriptor: %w", err)
	}
	taken := -1
	var failed error
	err = raw.Control(func(fd uintptr) { taken, failed = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0) })
	if err := cmp.Or(err, failed); err != nil {
		return -1, fmt.Errorf("taking the descriptor: %w", err)
	}
	return taken, nil
}

// closeDescriptor closes a socket, hard: at once, whatever was not delivered
// yet.
func closeDescriptor(fd int, hard bool) {
	if hard {
		_ = unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}) // it is closed either way
	}
	_ = unix.Close(fd)
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
