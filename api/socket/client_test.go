package socket

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"notewire/api/socket/sockettest"
	"notewire/protocol/wire"
)

// transport is a Transport with one gateway.
type transport struct {
	*Transport
	gateway *Gateway
	stats   *Stats
}

func newTestTransport(t testing.TB, l Limits) *transport {
	t.Helper()
	return newLoggingTransport(t, l, nil)
}

func newLoggingTransport(t testing.TB, l Limits, log *slog.Logger) *transport {
	t.Helper()
	tr, err := New(Config{Limits: l, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tr.stop(); tr.poller.wait() })
	stats := new(Stats)
	return &transport{Transport: tr, gateway: tr.Gateway(stats), stats: stats}
}

// upgrade is what a gateway does with a request.
func (t *transport) upgrade(s *Socket, w http.ResponseWriter, r *http.Request) error {
	if fault := CheckUpgrade(r); fault != FaultNone {
		t.gateway.Refuse(w, testRefusals[fault])
		return testRefusals[fault]
	}
	err := t.gateway.Accept(s, w, r, Answer{Subprotocol: FirstSubprotocol(r)})
	if errors.Is(err, ErrUnanswered) {
		t.gateway.Refuse(w, &Refusal{Status: http.StatusInternalServerError, Label: RefusedFailed})
	}
	return err
}

// testRefusals are those of the tests' gateway.
var testRefusals = map[UpgradeFault]*Refusal{
	FaultPlain:   {Status: http.StatusUpgradeRequired, Label: RefusedPlain, Header: map[string]string{"Upgrade": "websocket"}},
	FaultMethod:  {Status: http.StatusMethodNotAllowed, Label: RefusedMethod, Body: "not a GET", ContentType: "text/plain"},
	FaultUpgrade: {Status: http.StatusBadRequest, Label: RefusedHeaders, Body: "bad Upgrade", ContentType: "text/plain"},
	FaultKey:     {Status: http.StatusBadRequest, Label: RefusedHeaders, Body: "bad key", ContentType: "text/plain"},
	FaultVersion: {Status: http.StatusBadRequest, Label: RefusedHeaders, Body: "bad version", ContentType: "text/plain", Header: map[string]string{"Sec-WebSocket-Version": "13"}},
}

// served is a connection under test, with what comes out of its socket.
type served struct {
	*Socket
	client   *sockettest.Client
	messages chan string
	ended    chan CloseReason
}

// newServed is a socket that is still to be opened; it is its own handler.
func newServed(tr *transport) *served {
	sv := &served{Socket: new(Socket), messages: make(chan string, 4096), ended: make(chan CloseReason, 1)}
	if err := tr.gateway.Admit(sv.Socket, sv, netip.IPv6Loopback()); err != nil {
		panic(err)
	}
	return sv
}

// OnMessage implements Handler.
func (sv *served) OnMessage(b []byte) { sv.messages <- string(b) }

// OnEnd implements Handler.
func (sv *served) OnEnd(r CloseReason) { sv.ended <- r }

// end closes the client's side and waits for Serve.
func (sv *served) end(t testing.TB) CloseReason {
	t.Helper()
	_ = sv.client.Conn.Close()
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
		if err := ts.tr.upgrade(sv.Socket, w, r); err == nil {
			sv.Serve()
			ts.sockets <- sv
		}
	}))
	start(ts.Server)
	t.Cleanup(ts.Server.Close)
	return ts
}

func plain(s *httptest.Server) { s.Start() }

// connect is a connection to the server, with a receive buffer as small as asked.
func (ts *testServer) connect(t testing.TB, receiveBuffer int) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", ts.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
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
	return conn
}

// dial connects a client, with a receive buffer as small as asked.
func (ts *testServer) dial(t testing.TB, receiveBuffer int) *served {
	t.Helper()
	c, _ := sockettest.Handshake(t, ts.connect(t, receiveBuffer), "/somewhere", "")
	sv := <-ts.sockets
	sv.client = c
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
	r := httptest.NewRequest(http.MethodGet, "/somewhere", nil)
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
	head := make(chan *sockettest.Client)
	go func() {
		c := sockettest.NewClient(near)
		for {
			if line, err := c.Reader.ReadString('\n'); err != nil || line == "\r\n" {
				head <- c
				return
			}
		}
	}()
	sv := newServed(tr)
	if err := tr.upgrade(sv.Socket, pipeWriter{httptest.NewRecorder(), far}, r); err != nil {
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
func number(t testing.TB, f sockettest.Frame) int {
	t.Helper()
	var i int
	if _, err := fmt.Sscanf(string(f.Payload[:8]), "%d", &i); err != nil {
		t.Fatalf("payload %.20q: %v", f.Payload, err)
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
