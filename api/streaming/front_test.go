package streaming

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"notewire/store"
)

// dialled is a connection that does not wait for ever.
func dialled(t testing.TB, addr string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// The front answers as net/http does, whatever is asked, and in how many parts.
func TestFrontAnswersLikeNetHTTP(t *testing.T) {
	n, _ := oneNode(t, nil)
	n.people.know("me")
	bare := httptest.NewServer(n.Server)
	t.Cleanup(bare.Close)
	const get, end = "GET /streaming?i=me HTTP/1.1\r\n", "\r\n"
	const host, rest = "Host: x\r\n", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	for name, parts := range map[string][]string{
		"plain":              {get + host + rest + end},
		"path only":          {"GET /streaming HTTP/1.1\r\n" + host + rest + end},
		"unknown token":      {"GET /streaming?i=you HTTP/1.1\r\n" + host + rest + end},
		"empty token":        {"GET /streaming?i= HTTP/1.1\r\n" + host + rest + end},
		"escaped":            {"GET /streaming?i=%6de HTTP/1.1\r\n" + host + rest + end},
		"bad escape":         {"GET /streaming?i=%zz HTTP/1.1\r\n" + host + rest + end},
		"semicolons":         {"GET /streaming?i=me;x=y HTTP/1.1\r\n" + host + rest + end},
		"bearer":             {"GET /streaming HTTP/1.1\r\n" + host + rest + "Authorization: Bearer me\r\n" + end},
		"wrong bearer":       {"GET /streaming HTTP/1.1\r\n" + host + rest + "Authorization: Bearer you\r\n" + end},
		"subprotocol":        {get + host + rest + "Sec-WebSocket-Protocol: a, b\r\n" + end},
		"in two parts":       {get + host, rest + end},
		"byte by byte":       strings.Split(get+host+rest+end, ""),
		"no upgrade":         {get + host + end},
		"bad version":        {get + host + strings.Replace(rest, "13", "12", 1) + end},
		"bad key":            {get + host + strings.Replace(rest, "dGhl", "d", 1) + end},
		"POST":               {strings.Replace(get, "GET", "POST", 1) + host + rest + end},
		"HEAD":               {strings.Replace(get, "GET", "HEAD", 1) + host + end},
		"another path":       {"GET /streamingx HTTP/1.1\r\n" + host + rest + end},
		"a longer path":      {"GET /streaming/x HTTP/1.1\r\n" + host + rest + end},
		"absolute":           {"GET http://x/streaming?i=me HTTP/1.1\r\n" + host + rest + end},
		"HTTP 1.0":           {strings.Replace(get, "1.1", "1.0", 1) + host + rest + end},
		"HTTP 2.0":           {strings.Replace(get, "1.1", "2.0", 1) + host + rest + end},
		"no version":         {"GET /streaming\r\n" + host + rest + end},
		"no host":            {get + rest + end},
		"two hosts":          {get + host + "hoST: y\r\n" + rest + end},
		"bad host":           {get + "Host: x y\r\n" + rest + end},
		"empty host":         {get + "Host:\r\n" + rest + end},
		"folded":             {get + host + rest + "A: b\r\n c\r\n" + end},
		"folded at once":     {get + " a: b\r\n" + host + rest + end},
		"a space":            {get + host + rest + "A : b\r\n" + end},
		"no colon":           {get + host + rest + "A\r\n" + end},
		"odd name":           {get + host + rest + "A(: b\r\n" + end},
		"NUL":                {get + host + rest + "A: \x00\r\n" + end},
		"DEL":                {get + host + rest + "A: \x7f\r\n" + end},
		"tab":                {get + host + rest + "A:\tb\tc\r\n" + end},
		"8 bits":             {get + host + rest + "A: \xff\xc3\r\n" + end},
		"bare LF":            {strings.ReplaceAll(get+host+rest+end, "\r\n", "\n")},
		"bare CR":            {get + host + rest + "A: b\rc\r\n" + end},
		"length 0":           {get + host + rest + "Content-Length: 0\r\n" + end},
		"a body":             {get + host + rest + "Content-Length: 2\r\n" + end + "ab"},
		"chunked":            {get + host + rest + "Transfer-Encoding: chunked\r\n" + end + "0\r\n\r\n"},
		"chunked and length": {get + host + rest + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n" + end + "0\r\n\r\n"},
		"expects":            {get + host + rest + "Expect: 100-continue\r\n" + end},
		"expects much":       {get + host + rest + "Expect: the best\r\n" + end},
		"large":              {get + host + rest + "A: " + strings.Repeat("a", 5000) + "\r\n" + end},
		"far too large":      {get + host + rest + "A: " + strings.Repeat("a", 2<<20) + "\r\n" + end},
		"nonsense":           {"\x16\x03\x01\x02\r\n\r\n"},
		"empty lines first":  {"\r\n\r\n" + get + host + rest + end},
	} {
		t.Run(name, func(t *testing.T) {
			ask := func(addr string) string {
				conn := dialled(t, addr)
				go func() {
					for _, p := range parts {
						if _, err := io.WriteString(conn, p); err != nil {
							return // it was refused before its end
						}
					}
				}()
				br := bufio.NewReader(conn)
				r, err := http.ReadResponse(br, nil)
				if err != nil {
					return "an end" // of what was too large there may be no answer left
				}
				defer func() { _ = r.Body.Close() }()
				if r.StatusCode != http.StatusSwitchingProtocols {
					body, _ := io.ReadAll(r.Body)
					r.Header.Del("Date")
					return fmt.Sprintf("%s %v close %v %v %q", r.Status, r.Proto, r.Close, r.Header, body)
				}
				c := &client{conn: conn, br: br}
				c.send(t, true, opText, []byte(`{"type":"connect","body":{"channel":"localTimeline","id":"1","pong":true}}`))
				f, err := c.next() // what a body says is no frame
				return fmt.Sprintf("%s %v %x %q %v", r.Status, r.Header, f.op, f.payload, err)
			}
			want := ask(bare.Listener.Addr().String())
			if got := ask(n.addr); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// Others than clients of /streaming get to the server behind, with the address
// that they come from, as often as they like.
func TestFrontPassesOthersOn(t *testing.T) {
	n, _ := oneNode(t, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	front, err := n.Front(l)
	if err != nil {
		t.Fatal(err)
	}
	if front.Addr().String() != l.Addr().String() {
		t.Errorf("its address is %v", front.Addr())
	}
	var conns atomic.Int32
	h := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			_, _ = fmt.Fprintf(w, "%s %s %d", r.Method, r.RemoteAddr, len(body))
		}),
		ConnState: func(_ net.Conn, s http.ConnState) {
			if s == http.StateNew {
				conns.Add(1)
			}
		},
		ReadHeaderTimeout: time.Minute,
	}
	served := make(chan error, 1)
	go func() { served <- h.Serve(front) }()
	conn := dialled(t, l.Addr().String())
	br := bufio.NewReader(conn)
	for _, size := range []int{0, 10, 3000, 100_000} {
		if _, err := fmt.Fprintf(conn, "POST /api/x HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", size, strings.Repeat("a", size)); err != nil {
			t.Fatal(err)
		}
		r, err := http.ReadResponse(br, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if want := fmt.Sprintf("POST %s %d", conn.LocalAddr(), size); err != nil || string(body) != want {
			t.Errorf("%v, %q, want %q", err, body, want)
		}
	}
	if got := conns.Load(); got != 1 {
		t.Errorf("there were %d connections", got)
	}
	idle := dialled(t, l.Addr().String())
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := h.Shutdown(ctx); err != nil {
		t.Errorf("shutting down: %v", err)
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("serving: %v", err)
	}
	for _, c := range []net.Conn{conn, idle} { // nobody is left waiting
		if _, err := io.ReadAll(c); err != nil && !errors.Is(err, unix.ECONNRESET) {
			t.Errorf("afterwards: %v", err)
		}
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("it still accepts")
	}
	if err := front.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("closing again: %v", err)
	}
	if _, err := front.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("accepting afterwards: %v", err)
	}
}

// Who says nothing, or not enough, is sent away in time; nothing
// is left of who leaves.
func TestFrontAndTheSilent(t *testing.T) {
	n, _ := oneNode(t, func(c *Config) { c.Limits.HandshakeTimeout = 100 * time.Millisecond })
	for _, said := range []string{"", "GET /streaming HTTP/1.1\r\nHost: x\r\n", "GET /"} {
		conn := dialled(t, n.addr)
		if _, err := io.WriteString(conn, said); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(conn); err != nil || len(got) > 0 && !strings.HasPrefix(string(got), "HTTP/1.1 4") {
			t.Errorf("%q: %q, %v", said, got, err)
		}
	}
	for range 50 {
		_ = dialled(t, n.addr).Close()
	}
	last := dialled(t, n.addr) // those before it have been looked at once it is
	if _, err := io.ReadAll(last); err != nil {
		t.Error(err)
	}
	for f := range n.fronts.open {
		f.mu.Lock()
		if f.idle.first != nil || f.idle.last != nil {
			t.Error("somebody is still waited for")
		}
		f.mu.Unlock()
	}
}

// What a client sends or does while its handshake is being answered is not
// overlooked.
func TestFrontMissesNothing(t *testing.T) {
	for _, c := range []string{"says something", "leaves"} {
		t.Run(c, func(t *testing.T) {
			people := &slowPeople{joining: make(chan struct{}, 1), proceed: make(chan struct{})}
			n, _ := oneNode(t, func(c *Config) { c.Relations = people })
			n.people.know("me")
			n.known.opened(markOf(store.HashToken("me")))
			conn := dialled(t, n.addr)
			if _, err := io.WriteString(conn, strings.Replace(handshakeRequest, "/streaming", "/streaming?i=me", 1)+"\r\n"); err != nil {
				t.Fatal(err)
			}
			<-people.joining
			k := &client{conn: conn, br: bufio.NewReader(conn)}
			if c == "says something" {
				k.send(t, true, opText, []byte(`{"type":"connect","body":{"channel":"main","id":"1","pong":true}}`))
			}
			if c == "leaves" {
				if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
					t.Fatal(err)
				}
			}
			close(people.proceed)
			k.head(t)
			if c == "says something" {
				if p := k.text(t); p != `{"type":"connected","body":{"id":"1"}}` {
					t.Errorf("got %s", p)
				}
			}
			if c == "leaves" {
				if rest, err := io.ReadAll(conn); err != nil && !errors.Is(err, unix.ECONNRESET) {
					t.Errorf("%q, %v", rest, err)
				}
			}
		})
	}
}

// panickyAccess is a fault of the server.
type panickyAccess struct{ AccessLoader }

func (panickyAccess) EntryByTokenHash(context.Context, store.TokenHash) (*store.Entry, error) {
	panic("no such thing")
}

// A panic in a handshake ends that one, and what the front accepts after a rest
// is served.
func TestFrontGoesOn(t *testing.T) {
	n, _ := oneNode(t, func(c *Config) { c.Access = panickyAccess{c.Access} })
	conn := dialled(t, n.addr)
	if _, err := io.WriteString(conn, strings.Replace(handshakeRequest, "/streaming", "/streaming?i=me", 1)+"\r\n"); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(conn); len(got) > 0 || err != nil && !errors.Is(err, unix.ECONNRESET) {
		t.Errorf("%q, %v", got, err)
	}
	for f := range n.fronts.open {
		f.mu.Lock()
		f.rest()
		f.mu.Unlock()
	}
	n.talk(t, "").connect("localTimeline", nil)
}

// Frames leave at once: the connections have inherited it.
func TestFrontSetsNoDelay(t *testing.T) {
	n, _ := oneNode(t, nil)
	n.talk(t, "").connect("localTimeline", nil)
	open := n.sessions.list()
	if len(open) != 1 {
		t.Fatalf("%d sessions", len(open))
	}
	s := &open[0].socket
	fd, ok := s.use()
	if !ok {
		t.Fatal("it is dead")
	}
	defer s.done()
	if v, err := unix.GetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY); err != nil || v == 0 {
		t.Errorf("TCP_NODELAY is %d, %v", v, err)
	}
}

func TestArrivals(t *testing.T) {
	var l arrivals
	a := []*arrival{{fd: 0}, {fd: 1}, {fd: 2}, {fd: 3}}
	for _, x := range a {
		l.push(x)
	}
	for _, x := range []*arrival{a[1], a[0], a[3]} {
		if !l.drop(x) || l.drop(x) {
			t.Errorf("%d is dropped not once", x.fd)
		}
	}
	l.push(a[0])
	if all := l.takeAll(); !slices.Equal(all, []*arrival{a[2], a[0]}) || l.first != nil || l.last != nil {
		t.Errorf("left are %v", all)
	}
}

// text is the next frame's text.
func (c *client) text(t testing.TB) string {
	t.Helper()
	f, err := c.next()
	if err != nil || f.op != opText {
		t.Fatalf("waiting for a text: %+v, %v", f, err)
	}
	return string(f.payload)
}

// Nothing that is not whole is taken for a handshake, wherever it was cut.
func TestHandshakesArePlainWhenWhole(t *testing.T) {
	request := []byte(strings.Replace(handshakeRequest, "/streaming", "/streaming?i=me", 1) + "\r\n")
	for n := range request {
		if r, ok := plainHandshake(request[:n]); ok {
			t.Errorf("%q was taken for %v", request[:n], r)
		}
	}
	r, ok := plainHandshake(request)
	if !ok || r.URL.RawQuery != "i=me" || r.Host != "x" || r.Header.Get("Upgrade") != "websocket" {
		t.Errorf("the whole one was taken for %v", r)
	}
	if _, ok := plainHandshake(append(request, 'x')); ok {
		t.Error("so was one with more behind it")
	}
}

// An end that comes together with the request is noticed, and so is what comes
// behind a request that fills the buffer.
func TestFrontHearsOfTheEndAtOnce(t *testing.T) {
	n, _ := oneNode(t, nil)
	// Nothing is accepted before all of it is there.
	together := func(said string, ends bool) net.Conn {
		for f := range n.fronts.open {
			f.mu.Lock()
			defer f.mu.Unlock()
		}
		conn := dialled(t, n.addr)
		if _, err := io.WriteString(conn, said); err != nil {
			t.Fatal(err)
		}
		if ends {
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
		}
		return conn
	}
	request := handshakeRequest + "\r\n"
	if _, err := io.ReadAll(together(request, true)); err != nil && !errors.Is(err, unix.ECONNRESET) {
		t.Errorf("after the end: %v", err)
	}
	hello := string(clientFrame(true, opText, []byte(`{"type":"connect","body":{"channel":"localTimeline","id":"1","pong":true}}`)))
	full := strings.Replace(request, "Host: x\r\n", "Host: x\r\nA: "+strings.Repeat("a", readBytes-len(request)-5)+"\r\n", 1)
	for _, said := range []string{full + hello, request + hello} {
		conn := together(said, false)
		k := &client{conn: conn, br: bufio.NewReader(conn)}
		k.head(t)
		if got := k.text(t); got != `{"type":"connected","body":{"id":"1"}}` {
			t.Errorf("got %s", got)
		}
	}
	if len(full) != readBytes {
		t.Errorf("the request has %d bytes", len(full))
	}
}
