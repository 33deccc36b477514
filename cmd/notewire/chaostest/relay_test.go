package chaostest

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"
)

// relay is a TCP proxy that can fall silent: bytes are swallowed in both
// directions and no end of a connection tells the other that it is gone, as
// after a pulled cable. Afterwards the silenced connections are closed.
type relay struct {
	listener net.Listener
	target   string // an address of TCP

	mu       sync.Mutex
	silent   bool
	conns    map[net.Conn]struct{}
	accepted int
	wg       sync.WaitGroup
}

// newRelay makes a relay to the target.
func newRelay(t *testing.T, target string) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{listener: l, target: target, conns: map[net.Conn]struct{}{}}
	r.wg.Go(r.accept)
	t.Cleanup(func() {
		_ = l.Close()
		r.cut()
		r.wg.Wait()
	})
	return r
}

func (r *relay) address() string { return r.listener.Addr().String() }

// connections is how many have been accepted so far.
func (r *relay) connections() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.accepted
}

func (r *relay) accept() {
	for {
		client, err := r.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", r.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		r.mu.Lock()
		r.conns[client], r.conns[server] = struct{}{}, struct{}{}
		r.accepted++
		r.mu.Unlock()
		r.wg.Go(func() { r.pump(server, client) })
		r.wg.Go(func() { r.pump(client, server) })
	}
}

func (r *relay) pump(to, from net.Conn) {
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if !r.silent {
			_ = to.Close()
			_ = from.Close()
			delete(r.conns, to)
			delete(r.conns, from)
		}
	}()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		r.mu.Lock()
		silent := r.silent
		r.mu.Unlock()
		if n > 0 && !silent {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// cut closes all connections.
func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.conns {
		_ = c.Close()
		delete(r.conns, c)
	}
}

// swallow swallows everything for some time, then closes what was silenced.
func (r *relay) swallow(ctx context.Context, length time.Duration) {
	r.set(true)
	waitFor(ctx, length)
	r.set(false)
	r.cut()
}

func (r *relay) set(silent bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.silent = silent
}
