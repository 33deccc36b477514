package socket

import (
	"bufio"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"notewire/api/socket/sockettest"
)

const (
	requestLine   = "GET /somewhere HTTP/1.1\r\nHost: x\r\n"
	versionHeader = "Sec-WebSocket-Version: 13\r\n"
	keyHeader     = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	upgradeHeader = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
)

// What a client has to send, a row for each rule of RFC 6455, section 4.2.1.
func TestClientHandshake(t *testing.T) {
	for _, c := range []struct {
		section, rule, request string
		want                   UpgradeFault
	}{
		{"4.2.1", "a whole handshake", requestLine + upgradeHeader + versionHeader + keyHeader, FaultNone},
		{"4.2.1 (1)", "GET", strings.Replace(requestLine, "GET", "POST", 1) + upgradeHeader + versionHeader + keyHeader, FaultMethod},
		{"4.2.1 (1)", "GET, no upgrade", strings.Replace(requestLine, "GET", "POST", 1) + "Content-Length: 0\r\n", FaultMethod},
		{"4.2.1 (1)", "HTTP/1.1 or higher", strings.Replace(requestLine, "1.1", "1.0", 1) + upgradeHeader + versionHeader + keyHeader, FaultPlain},
		{"4.2.1 (3)", "Upgrade is there", requestLine + "Connection: Upgrade\r\n" + versionHeader + keyHeader, FaultPlain},
		{"4.2.1 (3)", "Upgrade has websocket", requestLine + "Connection: Upgrade\r\nUpgrade: h2c\r\n" + versionHeader + keyHeader, FaultUpgrade},
		{"4.2.1 (3)", "Upgrade in any case, in a list", requestLine + "Connection: Upgrade\r\nUpgrade: h2c, WebSocket\r\n" + versionHeader + keyHeader, FaultNone},
		{"4.2.1 (4)", "Connection is there", requestLine + "Upgrade: websocket\r\n" + versionHeader + keyHeader, FaultPlain},
		{"4.2.1 (4)", "Connection has Upgrade", requestLine + "Connection: close\r\nUpgrade: websocket\r\n" + versionHeader + keyHeader, FaultPlain},
		{"4.2.1 (4)", "Connection in any case, in a list", requestLine + "Connection: keep-alive, uPGRADE\r\nUpgrade: websocket\r\n" + versionHeader + keyHeader, FaultNone},
		{"4.2.1 (5)", "a key is there", requestLine + upgradeHeader + versionHeader, FaultKey},
		{"4.2.1 (5)", "a key of 16 bytes", requestLine + upgradeHeader + versionHeader + "Sec-WebSocket-Key: c2hvcnQ=\r\n", FaultKey},
		{"4.2.1 (5)", "a key in base64", requestLine + upgradeHeader + versionHeader + "Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!!!\r\n", FaultKey},
		{"11.3.1", "one key only", requestLine + upgradeHeader + versionHeader + keyHeader + keyHeader, FaultKey},
		{"4.2.1 (6)", "a version is there", requestLine + upgradeHeader + keyHeader, FaultVersion},
		{"4.2.1 (6)", "version 13", requestLine + upgradeHeader + "Sec-WebSocket-Version: 12\r\n" + keyHeader, FaultVersion},
		{"4.2.1 (7)", "an origin may be there", requestLine + upgradeHeader + versionHeader + keyHeader + "Origin: http://elsewhere.example\r\n", FaultNone},
		{"4.2.1 (8)", "subprotocols may be offered", requestLine + upgradeHeader + versionHeader + keyHeader + "Sec-WebSocket-Protocol: a, b\r\n", FaultNone},
		{"4.2.1 (9)", "extensions may be offered", requestLine + upgradeHeader + versionHeader + keyHeader + "Sec-WebSocket-Extensions: permessage-deflate\r\n", FaultNone},
		{"4.2.1", "no upgrade is asked for", requestLine, FaultPlain},
	} {
		t.Run(c.section+" "+c.rule, func(t *testing.T) {
			r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(c.request + "\r\n")))
			if err != nil {
				t.Fatal(err)
			}
			if got := CheckUpgrade(r); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

// What the server answers, a row for each rule of RFC 6455, section 4.2.2 (5),
// whether by itself or by the library.
func TestServerHandshake(t *testing.T) {
	accepted := func(more ...string) http.Header {
		h := http.Header{
			"Upgrade": {"websocket"}, "Connection": {"Upgrade"},
			"Sec-Websocket-Accept": {"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}, // RFC 6455, section 1.3, has this one
		}
		if len(more) > 0 {
			h[more[0]] = more[1:]
		}
		return h
	}
	for _, c := range []struct {
		section, rule, more string
		want                http.Header
	}{
		{"4.2.2 (5.1-5.4)", "status, Upgrade, Connection, Sec-WebSocket-Accept", "", accepted()},
		{"4.2.2 (5.4)", "white space around the key is not part of it", "", accepted()},
		{"4.2.2 (5.5)", "a subprotocol that was offered", "Sec-WebSocket-Protocol: foo, bar\r\n", accepted("Sec-Websocket-Protocol", "foo")},
		{"4.2.2 (5.5)", "no subprotocol that is no token", "Sec-WebSocket-Protocol: \r\n", accepted()},
		{"4.2.2 (5.6)", "no extension", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n", accepted()},
	} {
		for name, start := range map[string]func(*httptest.Server){"plain": plain, "tls": startTLS} {
			t.Run(name+" "+c.section+" "+c.rule, func(t *testing.T) {
				ts := newTestServer(t, Limits{}, start)
				conn := ts.connect(t, 0)
				request := requestLine + upgradeHeader + versionHeader + keyHeader
				if strings.Contains(c.rule, "white space") {
					request = strings.Replace(request, "dGhl", " \t dGhl", 1)
				}
				if _, err := io.WriteString(conn, request+c.more+"\r\n"); err != nil {
					t.Fatal(err)
				}
				br := bufio.NewReader(conn)
				r, err := http.ReadResponse(br, nil)
				if err != nil {
					t.Fatal(err)
				}
				if r.StatusCode != http.StatusSwitchingProtocols || r.Proto != "HTTP/1.1" || !maps.EqualFunc(r.Header, c.want, slices.Equal) {
					t.Errorf("%s %v, want %v", r.Status, r.Header, c.want)
				}
				_ = r.Body.Close() // there is none
				sv := <-ts.sockets
				sv.Send(text(1, 8), nil) // what follows the head are frames
				sv.client = &sockettest.Client{Conn: conn, Reader: br}
				sv.client.Want(t, opText, "00000001")
				sv.end(t)
				if n := ts.tr.stats.Accepted.Load(); n != 1 {
					t.Errorf("%d upgrades are counted", n)
				}
			})
		}
	}
}

// A subprotocol cannot smuggle headers in.
func TestSubprotocolIsAToken(t *testing.T) {
	h := http.Header{"Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="}}
	if got := string(appendAnswer(nil, h, "a\r\nSet-Cookie: b")); strings.Contains(got, "Sec-WebSocket-Protocol") || strings.Contains(got, "Cookie") {
		t.Errorf("got %q", got)
	}
	if got := string(appendAnswer(nil, h, "abc-1.2")); !strings.HasSuffix(got, "\r\nSec-WebSocket-Protocol: abc-1.2\r\n\r\n") {
		t.Errorf("got %q", got)
	}
}

// A refusal is the gateway's own, ends the HTTP connection, and is counted.
func TestRefusal(t *testing.T) {
	for _, c := range []struct {
		name, request string
		status        int
		body, header  string
		label         RefusalLabel
	}{
		{"with a header", requestLine, 426, "", "Connection: Upgrade", RefusedPlain},
		{"with a body", strings.Replace(requestLine, "GET", "PUT", 1) + "Content-Length: 0\r\n", 405, "not a GET", "Content-Type: text/plain", RefusedMethod},
		{"with both", requestLine + upgradeHeader + keyHeader, 400, "bad version", "Sec-Websocket-Version: 13", RefusedHeaders},
	} {
		t.Run(c.name, func(t *testing.T) {
			ts := newTestServer(t, Limits{}, plain)
			conn, err := net.Dial("tcp", ts.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			if _, err := io.WriteString(conn, c.request+"\r\n"); err != nil {
				t.Fatal(err)
			}
			all, err := io.ReadAll(conn)
			if err != nil {
				t.Fatal(err)
			}
			head, body, _ := strings.Cut(string(all), "\r\n\r\n")
			for _, h := range []string{http.StatusText(c.status), "Cache-Control: no-store", "Connection: close", c.header} {
				if !strings.Contains(head, h) {
					t.Errorf("%q is missing in %q", h, head)
				}
			}
			if n := ts.tr.stats.Refusals(c.label); body != c.body || n != 1 {
				t.Errorf("body %q, %d refusals are counted as %v", body, n, c.label)
			}
		})
	}
}

// A writer that cannot be hijacked, as HTTP/2's, is left to the gateway.
func TestAcceptWithoutHijacking(t *testing.T) {
	tr := newTestTransport(t, Limits{})
	w := httptest.NewRecorder()
	sv := newServed(tr)
	if err := tr.gateway.Accept(sv.Socket, w, upgradeRequest(), Answer{}); !errors.Is(err, ErrUnanswered) || w.Body.Len() > 0 || w.Code != http.StatusOK {
		t.Errorf("%v, answered %v", err, w)
	}
	sv.Dismiss()
	tr.admission.wait()
}

// What the client sent together with its request is not lost.
func TestEarlyFrames(t *testing.T) {
	ts := newTestServer(t, Limits{}, plain)
	conn, err := net.Dial("tcp", ts.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, sockettest.Request("/somewhere", "")+string(sockettest.EncodeFrame(sockettest.Final, 1, []byte("early")))); err != nil {
		t.Fatal(err)
	}
	sv := <-ts.sockets
	if got := <-sv.messages; got != "early" {
		t.Errorf("got %q", got)
	}
	_ = conn.Close()
	<-sv.ended
}
