//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// fleet is many client connections, served by one goroutine.
type fleet struct {
	epoll, bell int // the bell is an eventfd that wakes the goroutine
	asked       chan func()
	ended       chan struct{}
	addr        unix.SockaddrInet4

	frames, bytes, lost atomic.Int64 // text frames that came, their wire bytes; connections that ended

	// The rest belongs to the goroutine.
	conns  map[int32]*client
	buf    []byte
	onText func(c *client, payload []byte, at time.Time)
	goal   int64
	met    chan struct{}

	queue   []plan // connections that are still to be made
	window  int    // how many may be under way
	pending int
	ready   int
	want    int
	dialled chan error
	number  int
	closing bool
}

// plan is a connection that is to be made.
type plan struct {
	path string // of the websocket; empty: a bare connection to the reference
	join []byte // what is sent after the handshake
	pong int    // how many frames have to come until it counts as served
	tag  int
}

// client is one connection. It belongs to its fleet's goroutine.
type client struct {
	fd         int
	tag        int
	plan       plan
	stage      int
	pongs      int
	partial    []byte
	started    time.Time
	served     time.Time
	sampled    bool
	notReading bool
}

// The stages of a connection.
const (
	connecting = iota
	shaking
	joining
	open
)

func newFleet(port int) (*fleet, error) {
	ep, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("making an epoll: %w", err)
	}
	bell, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("making an eventfd: %w", err)
	}
	if err := unix.EpollCtl(ep, unix.EPOLL_CTL_ADD, bell, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(bell)}); err != nil {
		return nil, fmt.Errorf("watching the eventfd: %w", err)
	}
	f := &fleet{
		epoll: ep, bell: bell, asked: make(chan func(), 16), ended: make(chan struct{}),
		conns: map[int32]*client{}, buf: make([]byte, 256<<10),
		addr: unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}},
	}
	go f.run()
	return f, nil
}

// do runs what it is given in the fleet's goroutine and waits for it.
func (f *fleet) do(what func()) {
	done := make(chan struct{})
	f.asked <- func() { what(); close(done) }
	f.ring()
	<-done
}

func (f *fleet) ring() {
	_, _ = unix.Write(f.bell, []byte{1, 0, 0, 0, 0, 0, 0, 0}) // a full counter wakes as well
}

// close ends all connections and the goroutine.
func (f *fleet) close() {
	f.do(func() {
		for _, c := range f.conns {
			_ = unix.SetsockoptLinger(c.fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
			_ = unix.Close(c.fd)
		}
		f.closing = true
	})
	<-f.ended
	_ = unix.Close(f.bell)
	_ = unix.Close(f.epoll)
}

// dial makes the connections, window at a time, and waits until all are
// served.
func (f *fleet) dial(ctx context.Context, window int, plans []plan) error {
	done := make(chan error, 1)
	f.do(func() {
		f.queue, f.window, f.want, f.dialled = plans, window, f.ready+len(plans), done
		f.dialMore()
	})
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("making connections, %d of %d are served: %w", f.readyNow(), len(plans), ctx.Err())
	}
}

func (f *fleet) readyNow() (n int) {
	f.do(func() { n = f.ready })
	return n
}

// expect answers a channel that is closed when n more text frames have come.
func (f *fleet) expect(n int64) <-chan struct{} {
	met := make(chan struct{})
	f.do(func() { f.goal, f.met = f.frames.Load()+n, met; f.check() })
	return met
}

// reach is expect for a number of frames since the fleet was made, for when
// some may be on their way already.
func (f *fleet) reach(total int64) <-chan struct{} {
	met := make(chan struct{})
	f.do(func() { f.goal, f.met = total, met; f.check() })
	return met
}

// missing is how many of the expected frames have not come.
func (f *fleet) missing() (n int64) {
	f.do(func() { n = max(0, f.goal-f.frames.Load()) })
	return n
}

// listen has every text frame given to onText, in the fleet's goroutine.
func (f *fleet) listen(onText func(c *client, payload []byte, at time.Time)) {
	f.do(func() { f.onText = onText })
}

// each calls what for every connection, in the fleet's goroutine.
func (f *fleet) each(what func(c *client)) {
	f.do(func() {
		for _, c := range f.conns {
			what(c)
		}
	})
}

// stopReading makes a connection stop reading, with little room in the kernel.
func (f *fleet) stopReading(c *client) {
	_ = unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 4096)
	_ = unix.EpollCtl(f.epoll, unix.EPOLL_CTL_DEL, c.fd, nil)
	c.notReading = true
}

// readAgain makes a connection read again after stopReading.
func (f *fleet) readAgain(c *client) {
	_ = unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 128<<10)
	_ = unix.EpollCtl(f.epoll, unix.EPOLL_CTL_ADD, c.fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(c.fd)})
	c.notReading = false
}

func (f *fleet) check() {
	if f.met != nil && f.frames.Load() >= f.goal {
		close(f.met)
		f.met = nil
	}
}

func (f *fleet) run() {
	defer close(f.ended)
	events := make([]unix.EpollEvent, 512)
	for !f.closing {
		n, err := unix.EpollWait(f.epoll, events, -1)
		if err != nil {
			if errors.Is(err, unix.EINTR) {
				continue
			}
			return
		}
		now := time.Now()
		for _, e := range events[:n] {
			if int(e.Fd) == f.bell {
				f.answerBell()
				continue
			}
			if c := f.conns[e.Fd]; c != nil {
				if err := f.serve(c, now); err != nil {
					f.drop(c, err)
				}
			}
		}
		f.check()
	}
}

func (f *fleet) answerBell() {
	var b [8]byte
	_, _ = unix.Read(f.bell, b[:]) // empty is fine: somebody else rang too
	for {
		select {
		case what := <-f.asked:
			what()
		default:
			return
		}
	}
}

// drop ends a connection; one that was not served yet is a failure.
func (f *fleet) drop(c *client, err error) {
	delete(f.conns, int32(c.fd))
	_ = unix.Close(c.fd)
	f.lost.Add(1)
	if c.stage != open && f.dialled != nil {
		f.dialled <- fmt.Errorf("connection %d: %w", c.tag, err)
		f.dialled, f.queue = nil, nil
	}
}

func (f *fleet) dialMore() {
	for len(f.queue) > 0 && f.pending < f.window {
		p := f.queue[0]
		f.queue = f.queue[1:]
		f.pending++
		if err := f.connect(p); err != nil {
			f.dialled <- err
			f.dialled, f.queue = nil, nil
			return
		}
	}
}

// sources is over how many loopback addresses the connections are spread, so
// that ports do not run out.
const sources = 16

func (f *fleet) connect(p plan) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("making a socket: %w", err)
	}
	f.number++
	_ = unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1) // else there are fewer ports
	from := &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, byte(2 + f.number%sources)}}
	if err := unix.Bind(fd, from); err != nil {
		_ = unix.Close(fd)
		return fmt.Errorf("binding: %w", err)
	}
	if err := unix.Connect(fd, &f.addr); err != nil && !errors.Is(err, unix.EINPROGRESS) {
		_ = unix.Close(fd)
		return fmt.Errorf("connecting: %w", err)
	}
	c := &client{fd: fd, tag: p.tag, plan: p, started: time.Now()}
	f.conns[int32(fd)] = c
	return unix.EpollCtl(f.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLOUT | unix.EPOLLIN, Fd: int32(fd)})
}

func (f *fleet) served(c *client, at time.Time) {
	c.stage, c.served = open, at
	f.pending--
	f.ready++
	f.dialMore()
	if f.ready == f.want && f.dialled != nil {
		f.dialled <- nil
		f.dialled = nil
	}
}

var errClosed = errors.New("closed by the server")

func (f *fleet) serve(c *client, now time.Time) error {
	if c.stage == connecting {
		if e, err := unix.GetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_ERROR); err != nil || e != 0 {
			return fmt.Errorf("connecting: %w", errors.Join(err, unix.Errno(e)))
		}
		if err := unix.EpollCtl(f.epoll, unix.EPOLL_CTL_MOD, c.fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(c.fd)}); err != nil {
			return fmt.Errorf("watching: %w", err)
		}
		if c.plan.path == "" {
			f.served(c, now)
			return nil
		}
		c.stage = shaking
		return send(c.fd, []byte("GET "+c.plan.path+" HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"))
	}
	for {
		n, err := unix.Read(c.fd, f.buf)
		switch {
		case errors.Is(err, unix.EAGAIN):
			return nil
		case err != nil:
			return fmt.Errorf("reading: %w", err)
		case n == 0:
			return errClosed
		}
		if err := f.took(c, f.buf[:n], now); err != nil {
			return err
		}
		if n < len(f.buf) {
			return nil
		}
	}
}

// took works through what was read.
func (f *fleet) took(c *client, p []byte, now time.Time) error {
	if len(c.partial) > 0 {
		p = append(c.partial, p...)
		c.partial = nil
	}
	if c.stage == shaking {
		end := bytes.Index(p, []byte("\r\n\r\n"))
		if end < 0 {
			c.partial = bytes.Clone(p)
			return nil
		}
		if !bytes.HasPrefix(p, []byte("HTTP/1.1 101")) {
			return fmt.Errorf("the handshake was answered with %q", p[:min(end, 80)])
		}
		p = p[end+4:]
		c.stage = joining
		if err := send(c.fd, c.plan.join); err != nil {
			return err
		}
		if c.plan.pong == 0 {
			f.served(c, now)
		}
	}
	for len(p) > 0 {
		op, payload, rest, ok := cut(p)
		if !ok {
			c.partial = bytes.Clone(p)
			return nil
		}
		f.bytes.Add(int64(len(p) - len(rest)))
		p = rest
		switch {
		case op == opPing:
			if err := send(c.fd, clientFrame(opPong, string(payload))); err != nil {
				return err
			}
		case op != opText:
		case c.stage == joining:
			if c.pongs++; c.pongs == c.plan.pong {
				f.served(c, now)
			}
		default:
			f.frames.Add(1)
			if f.onText != nil {
				f.onText(c, payload, now)
			}
		}
	}
	return nil
}

// send writes a few bytes to a socket whose buffer has room for them.
func send(fd int, p []byte) error {
	if len(p) == 0 {
		return nil
	}
	n, err := unix.Write(fd, p)
	if err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	if n != len(p) {
		return errors.New("writing: the socket has no room for a request")
	}
	return nil
}
