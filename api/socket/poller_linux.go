package socket

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// pollable says whether descriptors can be watched on this system. Elsewhere
// each connection waits in a read of its own.
const pollable = true

// poller watches the descriptors of all sockets of a transport, so that none of
// them needs a goroutine while nothing happens: the stack of a goroutine that
// waits in a read is most of what an idle connection would cost. It runs while
// it has something to watch.
//
// It is an epoll of its own, which the runtime's poller watches in turn, so
// that waiting takes no thread. It tells of changes only (EPOLLET).
type poller struct {
	mu      sync.Mutex
	epoll   *os.File  // nil while there is nothing to be watched
	fd      int       // epoll's
	watched []*Socket // by descriptor
	count   int
	running sync.WaitGroup
}

const (
	watchRead = unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLET
	watchRoom = watchRead | unix.EPOLLOUT
	// pollEvents is how many events are asked for at once.
	pollEvents = 128
)

// add watches a descriptor for s, which is told at once if there is something to
// be read.
func (p *poller) add(fd int, s *Socket) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.count == 0 {
		if err := p.start(); err != nil {
			return err
		}
	}
	for len(p.watched) <= fd {
		p.watched = append(p.watched, nil)
	}
	if err := p.control(unix.EPOLL_CTL_ADD, fd, watchRead); err != nil {
		if p.count == 0 {
			p.stop()
		}
		return err
	}
	p.watched[fd] = s
	p.count++
	return nil
}

// awaitRoom has the socket told when the kernel takes something again, at once
// if it does by now.
func (p *poller) awaitRoom(fd int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.control(unix.EPOLL_CTL_MOD, fd, watchRoom)
}

// remove forgets a descriptor that is about to be closed.
func (p *poller) remove(fd int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if fd >= len(p.watched) || p.watched[fd] == nil {
		return
	}
	p.watched[fd] = nil
	if p.count--; p.count == 0 {
		// What is left in it is closed in a moment; nobody is told any more.
		p.stop()
	}
}

// wait waits until nothing of it runs, which is when its last socket is gone.
func (p *poller) wait() { p.running.Wait() }

func (p *poller) control(op, fd int, events uint32) error {
	if err := unix.EpollCtl(p.fd, op, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)}); err != nil {
		return fmt.Errorf("watching a connection: %w", err)
	}
	return nil
}

func (p *poller) start() error {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return fmt.Errorf("watching connections: %w", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil { // or the runtime would not watch it
		_ = unix.Close(fd)
		return fmt.Errorf("watching connections: %w", err)
	}
	f := os.NewFile(uintptr(fd), "epoll")
	raw, err := f.SyscallConn()
	if err != nil {
		_ = f.Close()
		return fmt.Errorf("watching connections: %w", err)
	}
	p.epoll, p.fd = f, fd
	p.running.Go(func() { p.run(raw) })
	return nil
}

func (p *poller) stop() {
	_ = p.epoll.Close() // ends run
	p.epoll = nil
}

// run tells the sockets what happens to their descriptors until the epoll is
// closed. It is the only goroutine that does, so it never waits and never logs.
func (p *poller) run(raw syscall.RawConn) {
	var (
		events [pollEvents]unix.EpollEvent
		who    [pollEvents]*Socket
		n      int
	)
	for {
		err := raw.Read(func(fd uintptr) bool {
			var err error
			n, err = unix.EpollWait(int(fd), events[:], 0)
			for errors.Is(err, unix.EINTR) {
				n, err = unix.EpollWait(int(fd), events[:], 0)
			}
			return n > 0
		})
		if err != nil {
			return
		}
		p.mu.Lock()
		for i := range n {
			// A socket that has ended by now is not there any more. If another
			// has got its number, that one reads once in vain, or each time once
			// more in vain if the event was an end.
			who[i] = p.watched[events[i].Fd]
		}
		p.mu.Unlock()
		for i := range n {
			if s := who[i]; s != nil {
				s.onReady(readinessOf(events[i].Events))
			}
			who[i] = nil
		}
	}
}

// readinessOf is what the kernel's events mean.
func readinessOf(events uint32) (r readiness) {
	if events&unix.EPOLLIN != 0 {
		r |= canRead
	}
	if events&(unix.EPOLLRDHUP|unix.EPOLLHUP|unix.EPOLLERR) != 0 {
		r |= hasEnded
	}
	if events&(unix.EPOLLOUT|unix.EPOLLHUP|unix.EPOLLERR) != 0 {
		r |= canWrite
	}
	return r
}
