package streaming

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"notewire/protocol/wire"
)

// wireFrame is one frame as the test's own parser read it.
type wireFrame struct {
	op      byte
	fin     bool
	payload []byte
}

func (f wireFrame) code() int { return int(binary.BigEndian.Uint16(f.payload)) }

// client is a websocket client that shares no code with the server.
type client struct {
	conn net.Conn
	br   *bufio.Reader
}

// handshakeRequest is a valid upgrade, as a browser sends it.
const handshakeRequest = "GET /streaming HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

// handshake sends the upgrade and reads the head of the answer.
func handshake(t testing.TB, conn net.Conn, more string) (*client, string) {
	t.Helper()
	if _, err := io.WriteString(conn, handshakeRequest+more+"\r\n"); err != nil {
		t.Fatal(err)
	}
	c := &client{conn: conn, br: bufio.NewReader(conn)}
	return c, c.head(t)
}

// head reads the head of the answer to the upgrade.
func (c *client) head(t testing.TB) string {
	t.Helper()
	var head strings.Builder
	for {
		line, err := c.br.ReadString('\n')
		if err != nil {
			t.Fatalf("reading the answer after %q: %v", head.String(), err)
		}
		head.WriteString(line)
		if line == "\r\n" {
			return head.String()
		}
	}
}

// send writes one masked frame.
func (c *client) send(t testing.TB, fin bool, op byte, payload []byte) {
	t.Helper()
	if _, err := c.conn.Write(clientFrame(fin, op, payload)); err != nil {
		t.Fatalf("client writes: %v", err)
	}
}

func clientFrame(fin bool, op byte, payload []byte) []byte {
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

// next reads one frame, as strictly as RFC 6455 allows.
func (c *client) next() (wireFrame, error) {
	var h [8]byte
	if _, err := io.ReadFull(c.br, h[:2]); err != nil {
		return wireFrame{}, err
	}
	f := wireFrame{op: h[0] & 0xf, fin: h[0]&0x80 != 0}
	n := uint64(h[1] & 0x7f)
	if h[0]&0x70 != 0 || h[1]&0x80 != 0 {
		return f, fmt.Errorf("not a server's frame header: %x", h[:2])
	}
	switch f.op {
	case 0, 1, 2:
	case opClose, opPing, opPong:
		if n > 125 || !f.fin {
			return f, fmt.Errorf("not a control frame: %x", h[:2])
		}
	default:
		return f, fmt.Errorf("unknown opcode: %x", h[:2])
	}
	switch n {
	case 126:
		if _, err := io.ReadFull(c.br, h[:2]); err != nil {
			return f, err
		}
		n = uint64(binary.BigEndian.Uint16(h[:]))
	case 127:
		if _, err := io.ReadFull(c.br, h[:8]); err != nil {
			return f, err
		}
		n = binary.BigEndian.Uint64(h[:])
	}
	if n > 16<<20 {
		return f, fmt.Errorf("a frame of %d bytes", n)
	}
	f.payload = make([]byte, n)
	_, err := io.ReadFull(c.br, f.payload)
	return f, err
}

// want reads one frame and checks it.
func (c *client) want(t testing.TB, op byte, payload string) {
	t.Helper()
	f, err := c.next()
	if err != nil {
		t.Fatalf("waiting for %x %q: %v", op, payload, err)
	}
	if f.op != op || !f.fin || string(f.payload) != payload {
		t.Fatalf("got %x %.60q, want %x %.60q", f.op, f.payload, op, payload)
	}
}

// wantClose reads frames up to a close frame, whose code it checks, answers it,
// and checks that nothing but the end follows. It returns the frames before.
func (c *client) wantClose(t testing.TB, code int) (before []wireFrame) {
	t.Helper()
	for {
		f, err := c.next()
		if err != nil {
			t.Fatalf("waiting for close %d: %v", code, err)
		}
		if f.op != opClose {
			before = append(before, f)
			continue
		}
		if f.code() != code || len(f.payload) < 4 {
			t.Fatalf("closed with %d %q, want %d and a text", f.code(), f.payload[2:], code)
		}
		c.send(t, true, opClose, f.payload[:2])
		if f, err := c.next(); err == nil {
			t.Fatalf("after the close frame: %+v", f)
		}
		return before
	}
}

// served is a connection under test, with what comes out of its socket.
type served struct {
	*socket
	client   *client
	messages chan string
	ended    chan CloseReason
}

func newTestTransport(t testing.TB, l Limits) *transport {
	t.Helper()
	tr, err := newTransport(l, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tr.stop(); tr.wait() })
	return tr
}

// newServed is a socket that is still to be opened; it is its own owner.
func newServed(tr *transport) *served {
	sv := &served{socket: new(socket), messages: make(chan string, 4096), ended: make(chan CloseReason, 1)}
	sv.prepare(tr, sv)
	return sv
}

func (sv *served) onText(b []byte)     { sv.messages <- string(b) }
func (sv *served) onEnd(r CloseReason) { sv.ended <- r }

// end closes the client's side and waits for Serve.
func (sv *served) end(t testing.TB) CloseReason {
	t.Helper()
	_ = sv.client.conn.Close()
	return <-sv.ended
}

// testServer is an HTTP server that upgrades everything.
type testServer struct {
	*httptest.Server
	tr      *transport
	sockets chan *served
}

func newTestServer(t testing.TB, l Limits, start func(*httptest.Server)) *testServer {
	t.Helper()
	ts := &testServer{tr: newTestTransport(t, l), sockets: make(chan *served, 16)}
	ts.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sv := newServed(ts.tr)
		if err := ts.tr.upgrade(sv.socket, w, r); err == nil {
			sv.Serve()
			ts.sockets <- sv
		}
	}))
	start(ts.Server)
	t.Cleanup(ts.Server.Close)
	return ts
}

func plain(s *httptest.Server) { s.Start() }

// dial connects over TCP, with the client's receive buffer as small as asked.
func (ts *testServer) dial(t testing.TB, receiveBuffer int) *served {
	t.Helper()
	conn, err := net.Dial("tcp", ts.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if receiveBuffer > 0 {
		if err := conn.(*net.TCPConn).SetReadBuffer(receiveBuffer); err != nil {
			t.Fatal(err)
		}
	}
	// A test that waits for what never comes fails by itself.
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if ts.TLS != nil {
		conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true})
	}
	c, _ := handshake(t, conn, "")
	sv := <-ts.sockets
	sv.client = c
	t.Cleanup(func() { _ = conn.Close() })
	return sv
}

// pipeWriter hands a pipe's end to whoever hijacks it.
type pipeWriter struct {
	*httptest.ResponseRecorder
	conn net.Conn
}

func (w pipeWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return w.conn, bufio.NewReadWriter(bufio.NewReader(strings.NewReader("")), bufio.NewWriter(w.conn)), nil
}

func upgradeRequest() *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/streaming", nil)
	r.Header = http.Header{
		"Connection": {"Upgrade"}, "Upgrade": {"websocket"},
		"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="},
	}
	return r
}

// pipe connects client and server without a network, for tests with a fake
// clock.
func pipe(t testing.TB, tr *transport) *served {
	t.Helper()
	near, far := net.Pipe()
	return upgradePipe(t, tr, near, far)
}

// upgradePipe answers an upgrade on far, reads the answer on near, and serves.
func upgradePipe(t testing.TB, tr *transport, near, far net.Conn) *served {
	t.Helper()
	r := upgradeRequest()
	head := make(chan *client)
	go func() {
		c := &client{conn: near, br: bufio.NewReader(near)}
		for {
			if line, err := c.br.ReadString('\n'); err != nil || line == "\r\n" {
				head <- c
				return
			}
		}
	}()
	sv := newServed(tr)
	if err := tr.upgrade(sv.socket, pipeWriter{httptest.NewRecorder(), far}, r); err != nil {
		t.Fatal(err)
	}
	sv.client = <-head
	sv.Serve()
	return sv
}

// text is a frame of n bytes of payload that begins with a number.
func text(i, n int) *wire.Frame {
	return wire.NewFrame(0, fmt.Appendf(nil, "%08d", i), bytes.Repeat([]byte("."), n-8))
}

// number is the number in a text's payload.
func number(t testing.TB, f wireFrame) int {
	t.Helper()
	var i int
	if _, err := fmt.Sscanf(string(f.payload[:8]), "%d", &i); err != nil {
		t.Fatalf("payload %.20q: %v", f.payload, err)
	}
	return i
}

// fill sends frames of n bytes behind a gate until one of them is partly written or waits,
// and returns how many it sent.
func (sv *served) fill(t testing.TB, n int, g *wire.Gate) int {
	t.Helper()
	for i := range 100_000 {
		sv.Send(text(i, n), g)
		for sv.waiting() > 0 { // until all went out after all
			if sv.partial() {
				return i + 1
			}
			runtime.Gosched()
		}
	}
	t.Fatal("the socket never filled up")
	return 0
}

// partial says whether a frame is partly written and the kernel takes no more.
func (sv *served) partial() bool {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	return sv.q.off > 0 && sv.q.inflight == 0
}

// upgrade is checkUpgrade and accept.
func (t *transport) upgrade(s *socket, w http.ResponseWriter, r *http.Request) error {
	if ref := checkUpgrade(r); ref != nil {
		t.refuse(w, ref)
		return ref
	}
	return t.accept(s, w, r)
}
