package securitytest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"notewire/api/httpserver"
	"notewire/cmd/notewire/app"
)

// brief are limits that a test can wait for.
var brief = httpserver.Limits{HeaderTimeout: time.Second, BodyStall: 300 * time.Millisecond, AnswerStall: time.Second}

// Whoever announces a body and does not send it is answered or cut off, without
// a token, on every path, by every method, for every content type, on each of the
// listeners. Somebody else is served meanwhile.
func TestUnsentBodiesPinNothing(t *testing.T) {
	n := startNode(t, onSQLite(t), func(c *app.Config) {
		c.HTTP, c.MetricsListen, c.ProfilesListen = brief, "127.0.0.1:0", "127.0.0.1:0"
	})
	request := func(method, path, contentType string) string {
		return fmt.Sprintf("%s %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: 9\r\n\r\nx", method, path, contentType)
	}
	var requests []string
	for _, path := range []string{
		"/api/ping", "/api/notes/create", "/api/drive/files/create", "/api/no/such", "/healthz", "/readyz", "/nowhere", "/files/x", "/identicon/x",
		"/nodeinfo/2.1", "/streaming", "/streaming/x", "/metrics", "/debug/pprof/", "//streaming", "*",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodOptions} {
			if path == "*" && method != http.MethodOptions {
				continue
			}
			for _, typ := range []string{"text/plain", "application/json", "multipart/form-data; boundary=b"} {
				requests = append(requests, request(method, path, typ))
			}
		}
	}
	for name, addr := range map[string]string{"clients": n.addr, "metrics": n.metricsAddr} {
		t.Run(name, func(t *testing.T) {
			pinned := make([]*net.TCPConn, len(requests))
			for i, r := range requests {
				pinned[i] = n.dialAddr(addr).TCPConn
				if _, err := io.WriteString(pinned[i], r); err != nil {
					t.Fatal(err)
				}
			}
			n.signUp(name)
			for i, c := range pinned {
				if answer, err := io.ReadAll(c); errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("still open: %q was answered %q", requests[i], answer)
				}
			}
		})
	}
}

// An upload that goes on steadily is taken, however long it takes.
func TestSlowUploadIsTaken(t *testing.T) {
	n := startNode(t, onSQLite(t), func(c *app.Config) { c.HTTP = httpserver.Limits{BodyStall: time.Second} })
	bob := n.signUp("bob")
	var form bytes.Buffer
	contentType := writeForm(t, &form, bob.token, bytes.Repeat([]byte("x"), 64<<10))
	const pause = 150 * time.Millisecond
	r := &steady{rest: form.Bytes(), piece: form.Len() / 20, pause: pause} // three seconds
	status, answer := n.send(http.MethodPost, "/api/drive/files/create", r, map[string]string{"Content-Type": contentType})
	if status != http.StatusOK {
		t.Errorf("answered with %d %s", status, answer)
	}
}

// steady reads a piece at a time.
type steady struct {
	rest  []byte
	piece int
	pause time.Duration
}

func (s *steady) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		return 0, io.EOF
	}
	time.Sleep(s.pause) // that is how fast it comes
	n := copy(p, s.rest[:min(s.piece, len(s.rest))])
	s.rest = s.rest[n:]
	return n, nil
}

// writeForm writes an upload and answers its content type.
func writeForm(t *testing.T, w io.Writer, token string, content []byte) string {
	t.Helper()
	form := multipart.NewWriter(w)
	if err := form.WriteField("i", token); err != nil {
		t.Fatal(err)
	}
	part, err := form.CreateFormFile("file", "file.bin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return form.FormDataContentType()
}

// A client that asks for a file and does not read it is cut off, and the
// server's end of it with it; one that reads it gets all.
func TestUnreadFilesPinNothing(t *testing.T) {
	n := startNode(t, onSQLite(t), func(c *app.Config) { c.HTTP, c.MetricsListen = brief, "127.0.0.1:0" })
	bob := n.signUp("bob")
	var form bytes.Buffer
	contentType := writeForm(t, &form, bob.token, bytes.Repeat([]byte("0123456789abcdef"), 1<<20)) // past all of the kernel's buffers
	status, answer := n.send(http.MethodPost, "/api/drive/files/create", &form, map[string]string{"Content-Type": contentType})
	if status != http.StatusOK {
		t.Fatalf("the upload was answered with %d %s", status, answer)
	}
	path := strings.TrimPrefix(field(t, answer, "url"), n.url)
	silent := n.dial()
	silent.write([]byte("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"))
	n.sampled(`notewire_http_stalled_total{side="answer"}`, 1)
	if read, err := io.Copy(io.Discard, silent.br); err == nil || read >= 16<<20 {
		t.Errorf("who had stopped reading read %d bytes and then %v", read, err)
	}
	if status, all := n.send(http.MethodGet, path, nil, nil); status != http.StatusOK || len(all) != 16<<20 {
		t.Errorf("who reads was answered with %d and %d bytes", status, len(all))
	}
}

// Sockets that wait have no goroutine: they come from the HTTP server as the
// plain sockets that they are.
func TestWaitingSocketsHaveNoGoroutine(t *testing.T) {
	const sockets = 50
	n := startNode(t, onSQLite(t), nil)
	n.openByHand("") // what is started once is there
	before := runtime.NumGoroutine()
	for range sockets {
		n.openByHand("").join("localTimeline")
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for runtime.NumGoroutine() >= before+sockets/2 { // those of the handshakes end by and by
		if ctx.Err() != nil {
			t.Fatalf("%d goroutines for %d sockets", runtime.NumGoroutine()-before, sockets)
		}
		runtime.Gosched()
	}
}
