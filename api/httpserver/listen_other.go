//go:build !linux

package httpserver

import (
	"net"
	"time"
)

// listenConfig has package net set keep-alive up on each connection: not every
// system lets connections inherit it.
func listenConfig(idle time.Duration) net.ListenConfig {
	return net.ListenConfig{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: idle, Interval: probeInterval, Count: probes}}
}
