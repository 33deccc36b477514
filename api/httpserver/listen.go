package httpserver

import (
	"context"
	"fmt"
	"net"
	"time"
)

// How a connection is found dead after it was silent for Listen's keepAlive: by
// so many probes without an answer, so far apart.
const (
	probes        = 4
	probeInterval = 15 * time.Second
)

// Listen opens a TCP listener at addr (host:port), whose connections TCP probes
// once they were silent for keepAlive (at least a second; fractions are dropped),
// and resets a minute later if nobody answers.
func Listen(ctx context.Context, addr string, keepAlive time.Duration) (net.Listener, error) {
	lc := listenConfig(max(keepAlive, time.Second))
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", addr, err)
	}
	return l, nil
}
