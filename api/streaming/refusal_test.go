package streaming

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"notewire/api/socket"
	"notewire/api/socket/sockettest"
)

// The cases are what a real Misskey was asked and how it answered.
func TestRefusals(t *testing.T) {
	const base = "GET /streaming HTTP/1.1\r\nHost: x\r\n"
	const version, key = "Sec-WebSocket-Version: 13\r\n", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
	n, _ := oneNode(t, nil)
	for _, c := range []struct {
		name, request string
		status        int
		body          string
		label         socket.RefusalLabel
	}{
		{"no upgrade", base, 426, "", socket.RefusedPlain},
		{"upgrade without connection", base + "Upgrade: websocket\r\n" + version + key, 426, "", socket.RefusedPlain},
		{"old HTTP", "GET /streaming HTTP/1.0\r\nHost: x\r\n" + upgrade + version + key, 426, "", socket.RefusedPlain},
		{"version 12", base + upgrade + "Sec-WebSocket-Version: 12\r\n" + key, 400, "Missing or invalid Sec-WebSocket-Version header", socket.RefusedHeaders},
		{"no version", base + upgrade + key, 400, "Missing or invalid Sec-WebSocket-Version header", socket.RefusedHeaders},
		{"no key", base + upgrade + version, 400, "Missing or invalid Sec-WebSocket-Key header", socket.RefusedHeaders},
		{"short key", base + upgrade + version + "Sec-WebSocket-Key: c2hvcnQ=\r\n", 400, "Missing or invalid Sec-WebSocket-Key header", socket.RefusedHeaders},
		{"two keys", base + upgrade + version + key + key, 400, "Missing or invalid Sec-WebSocket-Key header", socket.RefusedHeaders},
		{"POST upgrade", "POST /streaming HTTP/1.1\r\nHost: x\r\n" + upgrade + version + key, 405, "Invalid HTTP method", socket.RefusedMethod},
		{"POST", "POST /streaming HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n", 405, "Invalid HTTP method", socket.RefusedMethod},
		{"h2c", base + "Connection: Upgrade\r\nUpgrade: h2c\r\n" + version + key, 400, "Invalid Upgrade header", socket.RefusedHeaders},
		{"empty token", "GET /streaming?i= HTTP/1.1\r\nHost: x\r\n" + upgrade + version + key, 401, "", socket.RefusedUnauthorized},
		{"unknown token", base + "Authorization: Bearer nobody's\r\n" + upgrade + version + key, 401, "", socket.RefusedUnauthorized},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := n.cfg.Stats.Refusals(c.label)
			conn := dialled(t, n.addr)
			say(t, conn, c.request+"\r\n")
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
			if got := n.cfg.Stats.Refusals(c.label) - before; got != 1 {
				t.Errorf("%d refusals are counted as %v", got, c.label)
			}
		})
	}
}

// Misskey accepts whatever subprotocol comes first, from whatever origin.
func TestAcceptsAsMisskey(t *testing.T) {
	n, _ := oneNode(t, nil)
	for headers, want := range map[string]string{
		"":                                     "",
		"Origin: http://elsewhere.example\r\n": "",
		"Sec-WebSocket-Protocol: foo, bar\r\n": "Sec-WebSocket-Protocol: foo\r\n",
		"Sec-WebSocket-Protocol: \r\n":         "",
		"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\nDNT: 1\r\n": "",
	} {
		_, head := sockettest.Handshake(t, dialled(t, n.addr), "/streaming", headers)
		const accepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
			"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
		if head != accepted+want+"\r\n" {
			t.Errorf("with %q: %q", headers, head)
		}
	}
}

func TestRefusalsAfterTheHeaders(t *testing.T) {
	n, _ := oneNode(t, nil)
	for _, c := range []struct {
		r            *socket.Refusal
		status       int
		authenticate string
		label        string
	}{
		{refuseToken, 401, `Bearer realm="Misskey", error="invalid_token", error_description="Failed to authenticate"`, "unauthorized"},
		{refuseSuspended, 403, "", "suspended"},
		{refuseTooMany, 429, "", "too_many"},
		{refuseDraining, 503, "", "draining"},
	} {
		w := httptest.NewRecorder()
		n.gateway.Refuse(w, c.r)
		if w.Code != c.status || w.Body.Len() != 0 || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("WWW-Authenticate") != c.authenticate {
			t.Errorf("%v: %d %v %q", c.r, w.Code, w.Header(), w.Body)
		}
		if n.cfg.Stats.Refusals(c.r.Label) != 1 || c.r.Label.String() != c.label {
			t.Errorf("%v: counted as %v", c.r, c.r.Label)
		}
	}
}

// A writer that cannot be hijacked, as HTTP/2's, is answered, too, and the client
// is forgotten.
func TestUpgradeWithoutHijacking(t *testing.T) {
	n, _ := oneNode(t, nil)
	r := httptest.NewRequest(http.MethodGet, "/streaming", nil)
	r.Header = http.Header{
		"Connection": {"Upgrade"}, "Upgrade": {"websocket"},
		"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="},
	}
	w := httptest.NewRecorder()
	if n.ServeHTTP(w, r); w.Code != http.StatusInternalServerError {
		t.Errorf("status %d", w.Code)
	}
	if err := n.Drain(t.Context(), 0); err != nil { // waits for whoever is counted
		t.Error(err)
	}
}
