package httpserver

import (
	"cmp"
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// listenConfig sets keep-alive up on the listening socket, from which Linux's
// connections inherit it: set on each connection it would be four system calls
// of every connect.
func listenConfig(idle time.Duration) net.ListenConfig {
	return net.ListenConfig{
		KeepAlive: -1, // package net leaves connections as they are
		Control: func(_, _ string, raw syscall.RawConn) error {
			var failed error
			err := raw.Control(func(fd uintptr) {
				failed = cmp.Or(
					unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1),
					unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, int(idle/time.Second)),
					unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, int(probeInterval/time.Second)),
					unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_KEEPCNT, probes),
				)
			})
			return cmp.Or(err, failed)
		},
	}
}
