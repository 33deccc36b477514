//go:build linux

package main

import (
	"context"
	"fmt"
	"time"
)

// captureCount is how many notes an idle connection has captured.
const captureCount = 20

// idlers plans connections as clients leave them open: main and homeTimeline
// joined, some notes captured, each note by a few.
func idlers(n, users int) []plan {
	plans := viewers(n, users)
	for i := range plans {
		captures := make([]string, captureCount)
		for k := range captures {
			captures[k] = fmt.Sprintf("9capture%08d", i/captors*captureCount+k)
		}
		plans[i].join, plans[i].pong = joins([]string{"main", "homeTimeline"}, captures)
	}
	return plans
}

// settled is the node's memory when it has had time to give back what the
// connects left behind, which it does when it has been quiet for a while.
func settled(ctx context.Context, s *stage) int64 {
	s.node.quiet(ctx, 5*time.Second)
	const looks, every = 24, time.Second / 2
	best := s.node.rss()
	for range looks {
		sleep(ctx, every)
		best = min(best, s.node.rss())
	}
	return best
}

// memory measures what one idle connection costs, at the bar's numbers.
func memory(ctx context.Context, b *bench, e *engine) error {
	n := b.fits(b.connections)
	v, err := b.memoryAt(ctx, e, n)
	if err != nil {
		return err
	}
	b.add(result{
		Case: "memory", Name: "memory (RSS) per idle connection", Engine: e.name, Value: v, Unit: "KiB", Bar: 20, Goal: 16,
		Detail: fmt.Sprintf("%d connections of %d users, %d follows, %d captures", n, min(n, peopleMany), min(followsMany, e.world.people/5), captureCount),
	})
	return nil
}

func (b *bench) memoryAt(ctx context.Context, e *engine, n int) (kib float64, err error) {
	args, _ := b.profileArgs()
	s, err := e.stage(ctx, args...)
	if err != nil {
		return 0, err
	}
	defer s.end(&err)
	// One user more, so that everything that is made once is there.
	if err := s.fleet.dial(ctx, 1, viewers(1, 1, "main", "homeTimeline")); err != nil {
		return 0, err
	}
	before := settled(ctx, s)
	if err := s.fleet.dial(ctx, window, idlers(n, min(n, peopleMany))); err != nil {
		return 0, err
	}
	after := settled(ctx, s)
	if err := b.heapProfile(ctx, args); err != nil {
		return 0, err
	}
	return float64(after-before) / 1024 / float64(n), nil
}

// growth is memory by the number of connections.
func growth(ctx context.Context, b *bench, e *engine) error {
	for _, n := range []int{b.connections / 5, b.connections, 2 * b.connections, 4 * b.connections} {
		n = b.fits(n)
		v, err := b.memoryAt(ctx, e, n)
		if err != nil {
			return err
		}
		b.add(result{Case: "growth", Name: fmt.Sprintf("memory (RSS) per connection of %d", n), Engine: e.name, Value: v, Unit: "KiB"})
	}
	return nil
}
