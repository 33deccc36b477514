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
// connections, and for each line "write N" it writes a ready frame of N bytes
// to each of them, one system call per socket and nothing else.
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
		var size int
		if _, err := fmt.Sscanf(lines.Text(), "write %d", &size); err != nil {
			return fmt.Errorf("reading %q: %w", lines.Text(), err)
		}
		frame := readyFrame(size)
		mu.Lock()
		short := 0
		for _, fd := range sockets {
			if n, err := unix.Write(fd, frame); err != nil || n < len(frame) {
				short++
			}
		}
		mu.Unlock()
		fmt.Fprintf(out, "written %d\n", short)
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
