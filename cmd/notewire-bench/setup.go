//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// stage is a running node with its clients.
type stage struct {
	node  *process
	fleet *fleet
}

// stage starts a node and a fleet for it.
func (e *engine) stage(ctx context.Context, args ...string) (*stage, error) {
	node, err := e.node(ctx, args...)
	if err != nil {
		return nil, err
	}
	f, err := newFleet(node.port)
	if err != nil {
		return nil, errors.Join(err, node.stop())
	}
	return &stage{node, f}, nil
}

// end takes it down. The clients go first, which the node has to survive.
func (s *stage) end(err *error) {
	s.fleet.close()
	if stopped := s.node.stop(); stopped != nil && *err == nil {
		*err = fmt.Errorf("the node ended badly: %w\n%s", stopped, s.node.errs)
	}
}

// joins are the frames of a client that joins channels and captures notes, and
// how many answers it will get.
func joins(channels []string, captures []string) (frames []byte, pongs int) {
	for i, name := range channels {
		frames = append(frames, clientFrame(opText, fmt.Sprintf(`{"type":"connect","body":{"channel":%q,"id":"%d","params":{},"pong":true}}`, name, i+1))...)
	}
	for _, id := range captures {
		frames = append(frames, clientFrame(opText, fmt.Sprintf(`{"type":"s","body":{"id":%q}}`, id))...)
	}
	return frames, len(channels)
}

// viewers plans n connections of the first users in turn, users of them.
func viewers(n, users int, channels ...string) []plan {
	plans := make([]plan, n)
	frames, pongs := joins(channels, nil)
	for i := range plans {
		plans[i] = plan{path: "/streaming?i=" + token(i%users), join: frames, pong: pongs, tag: i}
	}
	return plans
}

// window is how many connections are under way at a time where nothing says
// otherwise.
const window = 64

// enough is how long anything is waited for.
const enough = 40 * time.Second

// await waits for frames that were expected.
func await(ctx context.Context, met <-chan struct{}, what string) error {
	select {
	case <-met:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for %s: %w", what, ctx.Err())
	case <-time.After(enough):
		return fmt.Errorf("%s did not come within %s", what, enough)
	}
}

// copies are n copies of a public note, numbered from seq.
func (w *world) copies(n, seq, author int) []event {
	events := make([]event, n)
	for i := range events {
		events[i] = w.noteEvent(seq+i, author, "public")
	}
	return events
}

// costOf appends events, waits for all of their frames, and answers the node's
// CPU per event. What the node uses when nothing happens is not taken off.
func (e *engine) costOf(ctx context.Context, s *stage, events []event, frames int) (time.Duration, error) {
	s.node.quiet(ctx, 2*time.Second)
	before := s.node.cpu()
	met := s.fleet.expect(int64(frames))
	if err := e.append(ctx, events); err != nil {
		return 0, err
	}
	if err := await(ctx, met, fmt.Sprintf("%d frames of %d events", frames, len(events))); err != nil {
		return 0, fmt.Errorf("%w; %d came, %d connections were lost; the node says: %.500s",
			err, int64(frames)-s.fleet.missing(), s.fleet.lost.Load(), s.node.errs)
	}
	if frames == 0 { // nothing tells that the node is through
		s.node.quiet(ctx, 5*time.Second)
	}
	return (s.node.cpu() - before) / time.Duration(len(events)), nil
}
