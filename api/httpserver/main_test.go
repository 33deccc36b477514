package httpserver

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// patience is how long a test waits for what has to come. It fails a test that
// would hang, and decides nothing else.
const patience = 30 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve runs a server on a port of its own until the test ends.
func serve(t *testing.T, limits Limits, h http.Handler) (*Server, string) {
	t.Helper()
	l, err := Listen(t.Context(), "127.0.0.1:0", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return serveOn(t, l, limits, h), l.Addr().String()
}

func serveOn(t *testing.T, l net.Listener, limits Limits, h http.Handler) *Server {
	t.Helper()
	s, err := New(Config{Handler: h, Limits: limits})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() {
		_ = s.Close()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s
}

// dial connects by TCP. What is read of the connection ends with an error after
// patience.
func dial(t *testing.T, addr string) *net.TCPConn {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		t.Fatalf("not TCP: %T", c)
	}
	t.Cleanup(func() { _ = tcp.Close() })
	if err := tcp.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return tcp
}

// untilEnd reads until the server closes the connection, and answers what came.
func untilEnd(t *testing.T, c net.Conn) string {
	t.Helper()
	answer, err := io.ReadAll(c)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the connection is not closed; it was answered %q", answer)
	}
	return string(answer)
}

// write sends text, of which the server may not want the end.
func write(c net.Conn, text string) { _, _ = io.WriteString(c, text) }

// pipes is a listener whose connections are pipes, for tests in which time is
// not real.
type pipes struct {
	conns chan net.Conn
	ended chan struct{}
}

func newPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.ended:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.ended); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// dial answers the client's end of a new connection.
func (p *pipes) dial(ctx context.Context) net.Conn {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
	case <-ctx.Done():
	}
	return here
}
