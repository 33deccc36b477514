package httpserver

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// readDeadliner is what net/http's own http.ResponseWriter can.
type readDeadliner interface {
	SetReadDeadline(time.Time) error
}

// boundBodies gives each request's body its deadline. Where there is no body, and
// once one was read to its end, net/http takes the deadline off, since it watches
// the connection for the client's end while a handler works.
func (s *Server) boundBodies(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, ok := w.(readDeadliner)
		if !ok || r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		b := &body{ReadCloser: r.Body, conn: conn, server: s, end: time.Now().Add(s.limits.BodyTimeout)}
		b.renew()
		// A copy: net/http looks at its own request's body to decide whether the
		// rest is worth reading.
		r = r.WithContext(r.Context())
		r.Body = b
		next.ServeHTTP(w, r)
	})
}

// body is a request's body whose deadline moves on while it comes. Whoever reads
// the rest of it past this type, as net/http does, has the last deadline that was
// set here.
type body struct {
	io.ReadCloser
	conn   readDeadliner
	server *Server
	end    time.Time // however steadily it comes
	got    int64     // bytes since the deadline was set
	over   bool      // the end or an error was met
}

func (b *body) renew() {
	b.got = 0
	deadline := time.Now().Add(b.server.limits.BodyStall)
	if deadline.After(b.end) {
		deadline = b.end
	}
	_ = b.conn.SetReadDeadline(deadline) // fails on a connection that is gone, as the next read will find
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.got += int64(n)
	switch {
	case b.over:
	case err != nil:
		b.over = true
		if errors.Is(err, os.ErrDeadlineExceeded) {
			b.server.slowBodies.Add(1)
		}
	case b.got >= b.server.limits.least(b.server.limits.BodyStall):
		b.renew()
	}
	return n, err
}
