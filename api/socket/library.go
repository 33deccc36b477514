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

	"nhooyr.io/websocket"
)

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
	socket  *Socket // whose frames are read
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
func (r *reader) read(s *Socket, p []byte, limit int, onMessage func([]byte)) (unfinished bool, err error) {
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
