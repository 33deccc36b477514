package socket

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"nhooyr.io/websocket"

	"notewire/api/socket/sockettest"
)

// However a stream is cut, and whatever rules it breaks, the reader finds in it
// what the library's reader finds: the same messages, the same pings in between,
// the same end. Where the library lets something pass that RFC 6455 forbids
// (UTF-8, lengths in more bytes than they need), what came before is the same.
func FuzzReaderAgainstTheLibrary(f *testing.F) {
	for _, rule := range readerRules() {
		if p := bytes.Join(rule.sent, nil); len(p) < 1000 {
			f.Add(p, 3)
		}
	}
	hello, begin, end := sockettest.EncodeFrame(sockettest.Final, opText, []byte("hello")), sockettest.EncodeFrame(sockettest.More, opText, []byte("one, ")), sockettest.EncodeFrame(sockettest.Final, opContinuation, []byte("two"))
	for _, frames := range [][][]byte{{hello, begin, end, hello}, {begin, hello}, {hello, end}, {hello, {0x81, 0x00}}, {begin, begin[:3]}} {
		f.Add(bytes.Join(frames, nil), 1000)
	}
	f.Fuzz(func(t *testing.T, p []byte, cut int) {
		const limit = 1000
		if cut < 1 {
			return
		}
		got, code := readInPieces(t, p, cut, limit)
		got = slices.DeleteFunc(got, func(s string) bool { return s == "pong" }) // of which the library does not tell
		want, failed := readByTheLibrary(t, p, limit)
		switch {
		case code == CodeNotUTF8 || code == CodeTooBig || code == CodeProtocol && !minimalLengths(p):
			if len(want) < len(got) || !slices.Equal(got, want[:len(got)]) {
				t.Errorf("%x: got %q and %d, want %q", p, got, code, want)
			}
			if code == CodeTooBig && slices.ContainsFunc(want[len(got):], func(s string) bool { return s[0] == 'm' }) {
				t.Errorf("%x: got %q and %d, though the library reads a message more: %q", p, got, code, want)
			}
		case code == CodeProtocol && !failed && halfAHeader(p) && slices.Equal(got, want):
			// The library waits for the rest of the header.
		case failed != (code != 0) || !slices.Equal(got, want):
			t.Errorf("%x: got %q and %d, want %q, failed %v", p, got, code, want, failed)
		}
	})
}

// minimalLengths says whether all lengths of frames in p take no more bytes than
// they have to.
func minimalLengths(p []byte) bool {
	for {
		h, ok := parseHeader(p)
		if !ok {
			return true
		}
		if !h.lengthIsMinimal() {
			return false
		}
		if h.length > uint64(len(p)-h.size) {
			return true
		}
		p = p[h.size+int(h.length):]
	}
}

// halfAHeader says whether p ends in the middle of a header.
func halfAHeader(p []byte) bool {
	var f frameFollower
	f.follow(p)
	return f.have > 0
}

// readByTheLibrary is what the library finds in p, in the words of
// recordedFrames, and whether it found a fault in it.
func readByTheLibrary(t testing.TB, p []byte, limit int) (got recordedFrames, failed bool) {
	t.Helper()
	m := &memoryConn{sink: &got}
	m.in.Write(p)
	request := upgradeRequest()
	ws, err := websocket.Accept(&memoryWriter{m, http.Header{}}, request, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ws.CloseNow() }()
	ws.SetReadLimit(int64(limit))
	for {
		_, message, err := ws.Read(context.Background())
		if err != nil {
			// A message that is not all there is no fault, and neither is a close.
			return got, !m.closed && !m.ended || m.refused
		}
		if m.ended { // it takes the end of the connection for the end of the message
			return got, false
		}
		got.gotMessage(message)
	}
}

// memoryConn has all that a client sends, and takes the library's control frames
// apart.
type memoryConn struct {
	in      bytes.Buffer
	sink    *recordedFrames
	ended   bool // all was read
	closed  bool // the library answered a close frame
	refused bool // the library failed the connection
}

func (m *memoryConn) Read(p []byte) (int, error) {
	n, err := m.in.Read(p)
	m.ended = m.ended || errors.Is(err, io.EOF)
	return n, err
}

func (m *memoryConn) Write(p []byte) (int, error) {
	payload := p[2:]
	switch p[0] & bitsOpcode {
	case opPong:
		m.sink.gotPing(payload)
	case opClose:
		if len(payload) >= 2 && m.breaks(payload) {
			m.refused = true
			break
		}
		m.closed = true
		m.sink.gotClose(payload)
	}
	return len(p), nil
}

// breaks says whether the close frame is the library's own: the codes that it
// fails a connection with, with texts of its own.
func (m *memoryConn) breaks(payload []byte) bool {
	code, text := binary.BigEndian.Uint16(payload), string(payload[2:])
	return code == 1002 && strings.HasPrefix(text, "received ") || code == 1009 && strings.HasPrefix(text, "read limited at ")
}

func (*memoryConn) Close() error                     { return nil }
func (*memoryConn) LocalAddr() net.Addr              { return &net.UnixAddr{} }
func (*memoryConn) RemoteAddr() net.Addr             { return &net.UnixAddr{} }
func (*memoryConn) SetDeadline(time.Time) error      { return nil }
func (*memoryConn) SetReadDeadline(time.Time) error  { return nil }
func (*memoryConn) SetWriteDeadline(time.Time) error { return nil }

// memoryWriter is a memoryConn before it is taken over.
type memoryWriter struct {
	conn   *memoryConn
	header http.Header
}

func (w *memoryWriter) Header() http.Header         { return w.header }
func (w *memoryWriter) WriteHeader(int)             {}
func (w *memoryWriter) Write(p []byte) (int, error) { return len(p), nil }

func (w *memoryWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return w.conn, bufio.NewReadWriter(bufio.NewReader(w.conn), bufio.NewWriterSize(w.conn, maxControl)), nil
}
