package socket

import (
	"context"
	"fmt"
	"time"
)

// StopAdmitting refuses new clients from now on, with ErrDraining. Connections
// that are open go on; those whose handshake is under way are closed with
// CloseRestart when it is done.
func (t *Transport) StopAdmitting() { t.admission.stopAdmitting() }

// Draining says whether new clients are refused.
func (t *Transport) Draining() bool { return t.admission.isDraining() }

// Drain admits nobody any more, lets what is queued go out, and closes all
// connections with CloseRestart, spread evenly over the given time so that their
// reconnects do not come at once. What is sent to those that are still open goes
// on being delivered. It answers when all have ended, or with ctx's error.
func (t *Transport) Drain(ctx context.Context, spread time.Duration) error {
	t.StopAdmitting()
	open := t.wheel.all()
	if len(open) > 0 {
		step := spread / time.Duration(len(open))
		timer := time.NewTimer(0)
		defer timer.Stop()
		for _, s := range open {
			select {
			case <-timer.C:
			case <-ctx.Done():
				return fmt.Errorf("closing connections: %w", ctx.Err())
			}
			s.Close(CloseRestart)
			timer.Reset(step)
		}
	}
	ended := make(chan struct{})
	go func() { t.admission.wait(); close(ended) }() // ends with the connections, which Run ends at the latest
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for connections to end: %w", ctx.Err())
	}
}
