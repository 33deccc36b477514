package socket

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// use lets the caller use the descriptor without holding mu, until it calls done.
// False: the socket is dead.
func (s *Socket) use() (fd int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == dead {
		return -1, false
	}
	s.busy++
	return int(s.fd), true
}

// done ends a use.
func (s *Socket) done() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy--
	s.closeUnusedLocked()
}

// closeUnusedLocked closes the descriptor of a dead socket once nobody is using
// it: the number may be another connection's a moment later.
func (s *Socket) closeUnusedLocked() {
	if s.state != dead || s.busy > 0 || s.fd < 0 {
		return
	}
	s.g.t.poller.remove(int(s.fd))
	closeDescriptor(int(s.fd), s.how)
	s.fd = -1
}

// takeDescriptor answers a descriptor of a plain socket that nobody else has; conn
// is to be closed then, since the runtime cannot be told not to watch its own. It
// fails for everything that puts something between the server and the socket, as
// TLS does, and where nothing could watch it.
func takeDescriptor(conn net.Conn) (int, error) {
	var c syscall.Conn
	switch conn := conn.(type) {
	case *net.TCPConn:
		c = conn
	case *net.UnixConn:
		c = conn
	}
	if c == nil || !pollable {
		return -1, errors.ErrUnsupported
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return -1, fmt.Errorf("taking the descriptor: %w", err)
	}
	taken := -1
	var failed error
	err = raw.Control(func(fd uintptr) { taken, failed = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0) })
	if err := cmp.Or(err, failed); err != nil {
		return -1, fmt.Errorf("taking the descriptor: %w", err)
	}
	return taken, nil
}

// closeDescriptor closes a socket.
func closeDescriptor(fd int, how teardown) {
	if how == abrupt {
		_ = unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}) // it is closed either way
	}
	_ = unix.Close(fd)
}

// reset closes a connection at once, whatever was not yet delivered. It does
// not block: a TLS connection is torn down beneath TLS, which would first write
// an alert.
func reset(conn net.Conn) {
	if c, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = c.NetConn()
	}
	if c, ok := conn.(*net.TCPConn); ok {
		_ = c.SetLinger(0) // it is closed either way
	}
	_ = conn.Close()
}

func wouldBlock(err error) bool { return errors.Is(err, unix.EAGAIN) }
