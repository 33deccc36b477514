package api

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// A client that announces a body and does not send it gets an answer all the
// same, and its connection back; one that sends it slowly enough for nobody to
// wait any longer after it, too.
func TestUnsentBodyIsNotWaitedFor(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.RequestTimeout = 20 * time.Millisecond })
	server := httptest.NewServer(w.Handler())
	defer server.Close()
	for _, path := range []string{"/api/ping", "/api/signin"} {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: nw\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{", path)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if answer.StatusCode != http.StatusBadRequest || !answer.Close {
			t.Errorf("%s answered %d, to be closed: %v", path, answer.StatusCode, answer.Close)
		}
		_ = answer.Body.Close()
		_ = conn.Close()
	}
}
