package socket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"notewire/api/socket/sockettest"
)

// blockingHandler is a log that takes nothing until it is let go.
type blockingHandler struct {
	slog.Handler
	asked chan struct{} // has one when somebody logs
	free  chan struct{} // closed when lines are taken
}

func (h *blockingHandler) Handle(ctx context.Context, r slog.Record) error {
	select {
	case h.asked <- struct{}{}:
	default:
	}
	<-h.free
	return h.Handler.Handle(ctx, r)
}

// A log that takes nothing stops neither who sends nor who reads; what was lost
// meanwhile is told when it takes lines again.
func TestABlockedLogStopsNobody(t *testing.T) {
	var lines bytes.Buffer
	h := &blockingHandler{slog.NewTextHandler(&lines, nil), make(chan struct{}, 1), make(chan struct{})}
	ts := newTestServer(t, Limits{QueueBytes: 1000}, plain)
	tr, err := New(Config{Limits: Limits{QueueBytes: 1000}, Logger: slog.New(h)})
	if err != nil {
		t.Fatal(err)
	}
	ts.tr = &transport{Transport: tr, gateway: tr.Gateway(nil)}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- tr.Run(ctx) }()

	sv, other := ts.dial(t, 0), ts.dial(t, 0)
	sv.Send(text(0, 5000), nil) // a fault, which is logged
	<-h.asked                   // by somebody who waits now
	const more = 3 * reportsWaiting
	for i := range more {
		sv.Send(text(i, 5000), nil)
		sv.Gather(text(i, 5000), nil)
	}
	sv.Flush()
	for i, c := range []*served{sv, other} {
		c.Send(text(i, 8), nil)
		c.client.Want(t, opText, fmt.Sprintf("%08d", i))
		c.client.Send(t, sockettest.Final, opText, []byte("hello"))
		if got := <-c.messages; got != "hello" {
			t.Errorf("got %q", got)
		}
		c.client.Send(t, sockettest.Final, opPing, []byte("?"))
		c.client.Want(t, opPong, "?")
	}
	close(h.free)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v", err)
	}
	got := lines.String()
	// The line that was being logged, and those that had room.
	if n := strings.Count(got, "larger than a connection's queue"); n != 1+reportsWaiting {
		t.Errorf("%d lines", n)
	}
	if want := fmt.Sprintf("lines=%d", 2*more-reportsWaiting); !strings.Contains(got, want) {
		t.Errorf("%q is missing in %s", want, got)
	}
}
