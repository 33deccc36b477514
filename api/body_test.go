package api

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"notewire/api/httpserver"
)

// A client that announces a body and does not send it gets an answer all the
// same, and its connection back.
func TestUnsentBodyIsNotWaitedFor(t *testing.T) {
	w := newWorld(t, nil)
	server, err := httpserver.New(httpserver.Config{Handler: w.Handler(), Limits: httpserver.Limits{BodyStall: 20 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := httpserver.Listen(t.Context(), "127.0.0.1:0", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	defer func() {
		_ = server.Close()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	for _, path := range []string{"/api/ping", "/api/signin"} {
		conn, err := net.Dial("tcp", l.Addr().String())
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
