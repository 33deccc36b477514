package streaming

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Front takes over the listener and answers one for net/http's server: clients
// of /streaming are served by s without it, and everybody else comes out of its
// Accept. A plain handshake, which is what clients send, then costs neither a
// goroutine that waits for it nor net/http's buffers, and its descriptor never
// changes hands. Whatever is not plain to see (a request in parts, a body, a
// header that is odd) goes the long way and is answered there.
//
// A listener that is no TCP socket is answered as it is. Clients that send
// nothing are sent away after Limits.HandshakeTimeout. Closing the front closes
// the listener; Run, when it ends, does so too. Clients are let in from now on,
// so Begin comes before.
func (s *Server) Front(l net.Listener) (net.Listener, error) {
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		return l, nil
	}
	fd, err := ownListener(tcp)
	if err != nil {
		return nil, err
	}
	f := &front{server: s, poller: &s.transport.poller, fd: fd, addr: tcp.Addr(), passed: make(chan net.Conn), closed: make(chan struct{})}
	if err := f.poller.watch(fd, f, unix.EPOLLIN); err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	// The front has the socket: this only keeps the runtime from watching it.
	_ = tcp.Close()
	s.fronts.add(f)
	return f, nil
}

// ownListener is a descriptor of the listening socket that is nobody else's.
func ownListener(l *net.TCPListener) (int, error) {
	raw, err := l.SyscallConn()
	if err != nil {
		return -1, fmt.Errorf("taking the listener: %w", err)
	}
	fd := -1
	var failed error
	err = raw.Control(func(from uintptr) {
		if fd, failed = unix.FcntlInt(from, unix.F_DUPFD_CLOEXEC, 0); failed == nil {
			// Connections inherit it.
			failed = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
		}
	})
	if err := errors.Join(err, failed); err != nil {
		if fd >= 0 {
			_ = unix.Close(fd)
		}
		return -1, fmt.Errorf("taking the listener: %w", err)
	}
	return fd, nil
}

// front is what Front answers.
type front struct {
	server *Server
	poller *poller
	addr   net.Addr
	passed chan net.Conn
	closed chan struct{}

	mu   sync.Mutex
	fd   int // of the listener; negative once it is closed
	idle arrivals
	// sweep runs while there is somebody idle.
	sweep *time.Timer
}

var _ net.Listener = (*front)(nil)

// Accept implements net.Listener.
func (f *front) Accept() (net.Conn, error) {
	select {
	case c := <-f.passed:
		return c, nil
	case <-f.closed:
		return nil, net.ErrClosed
	}
}

// Addr implements net.Listener.
func (f *front) Addr() net.Addr { return f.addr }

// Close implements net.Listener. Who has sent nothing so far is sent away.
func (f *front) Close() error {
	f.mu.Lock()
	fd := f.fd
	if fd < 0 {
		f.mu.Unlock()
		return net.ErrClosed
	}
	f.fd = -1
	if f.sweep != nil {
		f.sweep.Stop()
	}
	idle := f.idle.takeAll()
	close(f.closed)
	f.mu.Unlock()
	for _, a := range idle {
		a.close(false)
	}
	f.server.fronts.remove(f)
	f.poller.remove(fd)
	if err := unix.Close(fd); err != nil {
		return fmt.Errorf("closing the listener: %w", err)
	}
	return nil
}

// acceptMost is how many connections are accepted before others are looked
// after. The poller tells again if there are more.
const acceptMost = 16

// acceptPause is how long nothing is accepted when the system has no room.
const acceptPause = 50 * time.Millisecond

// told accepts.
func (f *front) told(bool, bool, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for range acceptMost {
		if f.fd < 0 {
			return
		}
		fd, from, err := unix.Accept4(f.fd, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
		switch {
		case err == nil:
			f.arrived(fd, from)
		case errors.Is(err, unix.EAGAIN):
			return
		case errors.Is(err, unix.EMFILE), errors.Is(err, unix.ENFILE), errors.Is(err, unix.ENOBUFS), errors.Is(err, unix.ENOMEM):
			f.server.log.Error("no connection can be accepted for now", "error", err)
			f.rest()
			return
		default: // it went away again
		}
	}
}

// rest accepts nothing for a while.
func (f *front) rest() {
	watch := func(events uint32) {
		if err := f.poller.change(f.fd, events); err != nil {
			f.server.log.Error("watching the listener failed", "error", err)
		}
	}
	watch(0)
	time.AfterFunc(acceptPause, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.fd >= 0 {
			watch(unix.EPOLLIN)
		}
	})
}

// arrived waits for what a new connection has to say.
func (f *front) arrived(fd int, from unix.Sockaddr) {
	a := &arrival{front: f, fd: fd, from: addrOf(from), since: time.Now()}
	f.idle.push(a) // first: the poller may tell of it at once, and waits for f.mu then
	if err := f.poller.add(fd, a); err != nil {
		f.idle.drop(a)
		f.server.log.Error("a connection cannot be watched and is given up", "error", err)
		closeDescriptor(fd, true)
		return
	}
	if f.sweep == nil {
		f.sweep = time.AfterFunc(f.patience(), f.sendAway)
	} else if f.idle.first == a {
		f.sweep.Reset(f.patience())
	}
}

func (f *front) patience() time.Duration { return f.server.transport.limits.HandshakeTimeout }

// sendAway closes those who have been silent for too long.
func (f *front) sendAway() {
	var silent []*arrival
	f.mu.Lock()
	for a := f.idle.first; a != nil && f.fd >= 0; a = f.idle.first {
		if left := f.patience() - time.Since(a.since); left > 0 {
			f.sweep.Reset(left)
			break
		}
		f.idle.drop(a)
		silent = append(silent, a)
	}
	f.mu.Unlock()
	for _, a := range silent {
		a.close(false)
	}
}

// claim takes an arrival out of those who are waited for. False: it is gone.
func (f *front) claim(a *arrival) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.idle.drop(a)
}

// waitOn takes claim back.
func (f *front) waitOn(a *arrival) {
	f.mu.Lock()
	open := f.fd >= 0
	if open {
		a.since = time.Now() // the list is in this order
		f.idle.push(a)
		if f.idle.first == a {
			f.sweep.Reset(f.patience())
		}
	}
	f.mu.Unlock()
	if !open {
		a.close(false)
	}
}

// pass hands a connection, and what was read of it, to whoever accepts.
func (f *front) pass(a *arrival, read []byte) {
	if err := f.poller.release(a.fd); err != nil {
		f.server.log.Error("a connection cannot be passed on", "error", err)
		closeDescriptor(a.fd, true)
		return
	}
	file := os.NewFile(uintptr(a.fd), "connection")
	conn, err := net.FileConn(file) // which makes a descriptor of its own
	_ = file.Close()
	tcp, ok := conn.(*net.TCPConn)
	if err != nil || !ok {
		f.server.log.LogAttrs(f.server.ctx, slog.LevelWarn, "a connection cannot be passed on", slog.Any("error", err))
		return
	}
	_ = tcp.SetKeepAlive(false) // as all others; FileConn has switched it on
	select {
	case f.passed <- &passed{TCPConn: tcp, from: net.TCPAddrFromAddrPort(a.from), read: read}:
	case <-f.closed:
		_ = tcp.Close()
	}
}

// addrOf is the address in net's terms; zero if it is none of TCP.
func addrOf(from unix.Sockaddr) netip.AddrPort {
	switch a := from.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr).Unmap(), uint16(a.Port))
	default:
		return netip.AddrPort{}
	}
}
