package streaming

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The cases are what a real Misskey was asked and how it answered.
func TestHandshake(t *testing.T) {
	const base = "GET /streaming HTTP/1.1\r\nHost: x\r\n"
	const version, key = "Sec-WebSocket-Version: 13\r\n", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
	const accepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
	cases := []struct {
		name, request string
		answer        string // the whole head, for 101
		status        int
		body          string
		label         RefusalLabel
	}{
		{name: "plain", request: base + upgrade + version + key, answer: accepted, status: 101},
		{name: "mixed case lists", request: base + "connection: keep-alive, upgrade\r\nupgrade: WebSocket\r\n" + version + key, answer: accepted, status: 101},
		{name: "foreign origin", request: base + upgrade + version + key + "Origin: http://evil.example\r\n", answer: accepted, status: 101},
		{name: "subprotocols", request: base + upgrade + version + key + "Sec-WebSocket-Protocol: foo, bar\r\n", answer: accepted + "Sec-WebSocket-Protocol: foo\r\n", status: 101},
		{name: "empty subprotocol", request: base + upgrade + version + key + "Sec-WebSocket-Protocol: \r\n", answer: accepted, status: 101},
		{name: "compression offered", request: base + upgrade + version + key + "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n", answer: accepted, status: 101},
		{name: "no upgrade", request: base, status: 426, label: RefusedPlain},
		{name: "upgrade without connection", request: base + "Upgrade: websocket\r\n" + version + key, status: 426, label: RefusedPlain},
		{name: "old HTTP", request: "GET /streaming HTTP/1.0\r\nHost: x\r\n" + upgrade + version + key, status: 426, label: RefusedPlain},
		{name: "version 12", request: base + upgrade + "Sec-WebSocket-Version: 12\r\n" + key, status: 400, body: "Missing or invalid Sec-WebSocket-Version header", label: RefusedHeaders},
		{name: "no version", request: base + upgrade + key, status: 400, body: "Missing or invalid Sec-WebSocket-Version header", label: RefusedHeaders},
		{name: "no key", request: base + upgrade + version, status: 400, body: "Missing or invalid Sec-WebSocket-Key header", label: RefusedHeaders},
		{name: "short key", request: base + upgrade + version + "Sec-WebSocket-Key: c2hvcnQ=\r\n", status: 400, body: "Missing or invalid Sec-WebSocket-Key header", label: RefusedHeaders},
		{name: "two keys", request: base + upgrade + version + key + key, status: 400, body: "Missing or invalid Sec-WebSocket-Key header", label: RefusedHeaders},
		{name: "POST upgrade", request: "POST /streaming HTTP/1.1\r\nHost: x\r\n" + upgrade + version + key, status: 405, body: "Invalid HTTP method", label: RefusedMethod},
		{name: "POST", request: "POST /streaming HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n", status: 405, body: "Invalid HTTP method", label: RefusedMethod},
		{name: "h2c", request: base + "Connection: Upgrade\r\nUpgrade: h2c\r\n" + version + key, status: 400, body: "Invalid Upgrade header", label: RefusedHeaders},
	}
	for _, c := range cases {
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
			if c.status == http.StatusSwitchingProtocols {
				got := make([]byte, len(c.answer)+2)
				if _, err := io.ReadFull(conn, got); err != nil || string(got) != c.answer+"\r\n" {
					t.Fatalf("%v, answer %q", err, got)
				}
				sv := <-ts.sockets
				_ = conn.Close()
				<-sv.ended
				if n := ts.tr.stats.Accepted.Load(); n != 1 {
					t.Errorf("%d upgrades are counted", n)
				}
				return
			}
			all, err := io.ReadAll(conn) // every refusal ends the connection
			if err != nil {
				t.Fatal(err)
			}
			head, body, _ := strings.Cut(string(all), "\r\n\r\n")
			status, _, _ := strings.Cut(head, "\r\n")
			if !strings.Contains(status, http.StatusText(c.status)) || body != c.body {
				t.Errorf("answer %q", all)
			}
			for _, h := range []string{"Cache-Control: no-store", "close"} {
				if !strings.Contains(head, h) {
					t.Errorf("%q is missing in %q", h, head)
				}
			}
			if n := ts.tr.stats.Refusals(c.label); n != 1 {
				t.Errorf("%d refusals are counted as %v", n, c.label)
			}
		})
	}
}

func TestRefusalsOfTheSessionLayer(t *testing.T) {
	tr := newTestTransport(t, Limits{})
	for _, c := range []struct {
		r             *refusal
		status        int
		authenticate  string
		label         string
		errorContains string
	}{
		{refuseToken, 401, `Bearer realm="Misskey", error="invalid_token", error_description="Failed to authenticate"`, "unauthorized", "401"},
		{refuseSuspended, 403, "", "suspended", "403"},
		{refuseTooMany, 429, "", "too_many", "429"},
		{refuseDraining, 503, "", "draining", "503"},
	} {
		w := httptest.NewRecorder()
		tr.refuse(w, c.r)
		if w.Code != c.status || w.Body.Len() != 0 || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("WWW-Authenticate") != c.authenticate {
			t.Errorf("%v: %d %v %q", c.r, w.Code, w.Header(), w.Body)
		}
		if tr.stats.Refusals(c.r.label) != 1 || c.r.label.String() != c.label || !strings.Contains(c.r.Error(), c.errorContains) {
			t.Errorf("%v: counted as %v", c.r, c.r.label)
		}
	}
}

// A writer that cannot be hijacked, as HTTP/2's, is answered, too.
func TestUpgradeWithoutHijacking(t *testing.T) {
	tr := newTestTransport(t, Limits{})
	r := upgradeRequest()
	w := httptest.NewRecorder()
	if err := tr.upgrade(newServed(tr).socket, w, r); err == nil || w.Code != http.StatusInternalServerError {
		t.Errorf("%v, status %d", err, w.Code)
	}
	var ref *refusal
	r.Header.Del("Upgrade")
	if err := tr.upgrade(newServed(tr).socket, httptest.NewRecorder(), r); !errors.As(err, &ref) || ref != refusePlain {
		t.Errorf("without Upgrade: %v", err)
	}
}

// What the client sent together with its request is not lost.
func TestEarlyFrames(t *testing.T) {
	ts := newTestServer(t, Limits{}, plain)
	conn, err := net.Dial("tcp", ts.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, handshakeRequest+"\r\n"+string(clientFrame(true, 1, []byte("early")))); err != nil {
		t.Fatal(err)
	}
	sv := <-ts.sockets
	if got := <-sv.messages; got != "early" {
		t.Errorf("got %q", got)
	}
	_ = conn.Close()
	<-sv.ended
}
