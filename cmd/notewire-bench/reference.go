//go:build linux

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// reference is the program that everything is compared with: it accepts
// connections, and for each line "write N T" it writes a ready frame of N bytes
// to each of them, one system call per socket and nothing else, from T threads.
// One thread is the least that it can cost. As many as the server uses are the
// fairer comparison: where two processors share a core, both get slower when
// both work, and their caches and the clients' epoll are fought for.
func reference(in io.Reader, out io.Writer) error {
	l, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("making a socket: %w", err)
	}
	if err := unix.Bind(l, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return fmt.Errorf("binding: %w", err)
	}
	if err := unix.Listen(l, 4096); err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	name, err := unix.Getsockname(l)
	if err != nil {
		return fmt.Errorf("asking for the address: %w", err)
	}
	at, ok := name.(*unix.SockaddrInet4)
	if !ok {
		return errors.New("the address is not IPv4")
	}
	fmt.Fprintf(out, "reference is listening on http://127.0.0.1:%d\n", at.Port)

	var mu sync.Mutex
	var sockets []int
	go func() {
		for {
			fd, _, err := unix.Accept4(l, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
			if err != nil {
				return // the process ends
			}
			_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1) // as net/http does
			mu.Lock()
			sockets = append(sockets, fd)
			mu.Unlock()
		}
	}()
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		var size, threads int
		if _, err := fmt.Sscanf(lines.Text(), "write %d %d", &size, &threads); err != nil {
			return fmt.Errorf("reading %q: %w", lines.Text(), err)
		}
		frame := readyFrame(size)
		mu.Lock()
		var wg sync.WaitGroup
		for t := range threads {
			wg.Go(func() {
				for i := t; i < len(sockets); i += threads {
					_, _ = unix.Write(sockets[i], frame) // who misses a frame notices
				}
			})
		}
		wg.Wait()
		mu.Unlock()
		fmt.Fprintln(out, "written")
	}
	return lines.Err()
}

// readyFrame is a text frame of size bytes on the wire.
func readyFrame(size int) []byte {
	for payload := size - 10; payload < size; payload++ {
		if f := serverFrame([]byte(strings.Repeat("x", max(payload, 0)))); len(f) >= size {
			return f
		}
	}
	return serverFrame(nil)
}
