package main

import (
	"context"
	"fmt"
	"time"
)

// connects measures the CPU of one logged-in connect, paced: handshake,
// authentication, main and homeTimeline joined. Once with users who were not
// online, and once with those whose other connections are open.
func connects(ctx context.Context, b *bench, e *engine) (err error) {
	users := min(e.world.people, peopleMany)
	var fresh, known samples
	for range b.rounds(4) {
		s, err := e.stage(ctx)
		if err != nil {
			return err
		}
		one := func() (float64, error) {
			s.node.quiet(ctx, 3*time.Second)
			before := s.node.cpu()
			if err := s.fleet.dial(ctx, 4, viewers(users, users, "main", "homeTimeline")); err != nil {
				return 0, err
			}
			return micros(s.node.cpu()-before) / float64(users), nil
		}
		a, err1 := one()
		k, err2 := one()
		s.end(&err)
		for _, err := range []error{err, err1, err2} {
			if err != nil {
				return err
			}
		}
		fresh, known = append(fresh, a), append(known, k)
	}
	base := result{Case: "connect", Engine: e.name, Unit: "µs", Bar: 300, Goal: 150}
	base.Name = "CPU of one logged-in connect"
	base.Detail = fmt.Sprintf("%d users with %d follows, loaded", users, min(followsMany, e.world.people/5))
	b.add(fresh.of(base))
	base.Name, base.Bar, base.Goal, base.Detail = "CPU of one connect of a user who is online", 0, 0, ""
	b.add(known.of(base))
	return nil
}

// storm has all clients connect at once, as after a restart.
func storm(ctx context.Context, b *bench, e *engine) (err error) {
	s, err := e.stage(ctx)
	if err != nil {
		return err
	}
	defer s.end(&err)
	n := b.many()
	s.node.quiet(ctx, 3*time.Second)
	before, began := s.node.cpu(), time.Now()
	if err := s.fleet.dial(ctx, n, viewers(n, n, "main", "homeTimeline")); err != nil {
		return err
	}
	took, used := time.Since(began), s.node.cpu()-before
	var waited samples
	s.fleet.each(func(c *client) { waited = append(waited, c.served.Sub(began).Seconds()) })
	base := result{Case: "storm", Engine: e.name}
	base.Name, base.Value, base.Unit = fmt.Sprintf("%d clients at once, until all are served", n), took.Seconds(), "s"
	base.Detail = fmt.Sprintf("half of them after %.2f s", waited.median())
	b.add(base)
	base.Name, base.Value, base.Unit, base.Detail = "CPU of each connect in the storm", micros(used)/float64(n), "µs", ""
	b.add(base)
	base.Name, base.Value, base.Unit = "peak memory (RSS) in the storm", float64(s.node.status("VmHWM:"))/(1<<20), "MiB"
	b.add(base)
	return nil
}
