//go:build linux

package main

import (
	"context"
	"fmt"
	"time"
)

// connects measures the CPU of one logged-in connect, paced: handshake,
// authentication, main and homeTimeline joined. Once with users who were not
// online, and once with those whose other connections are open. Others connect
// before them, so that what a process does once is not counted: opening
// connections to the database and preparing statements there, and growing. What
// each of those costs is told, too.
func connects(ctx context.Context, b *bench, e *engine) (err error) {
	users := min(e.world.people, peopleMany)
	others := viewers(e.world.people, e.world.people, "main", "homeTimeline")[users:min(e.world.people, users+users/2)]
	var first, fresh, known samples
	for range b.rounds(4) {
		s, err := e.stage(ctx)
		if err != nil {
			return err
		}
		err = func() error {
			for _, m := range []struct {
				plans []plan
				into  *samples
			}{
				{others, &first},
				{viewers(users, users, "main", "homeTimeline"), &fresh},
				{viewers(users, users, "main", "homeTimeline"), &known},
			} {
				s.node.quiet(ctx, 3*time.Second)
				before := s.node.cpu()
				if err := s.fleet.dial(ctx, 4, m.plans); err != nil {
					return err
				}
				if n := len(m.plans); n > 0 {
					*m.into = append(*m.into, micros(s.node.cpu()-before)/float64(n))
				}
			}
			return nil
		}()
		s.end(&err)
		if err != nil {
			return err
		}
	}
	base := result{Case: "connect", Engine: e.name, Unit: "µs", Bar: 300, Goal: 150}
	base.Name = "CPU of one logged-in connect"
	base.Detail = fmt.Sprintf("%d users with %d follows, loaded", users, min(followsMany, e.world.people/5))
	b.add(fresh.of(base))
	base.Name, base.Bar, base.Goal, base.Detail = "CPU of one connect of a user who is online", 0, 0, ""
	b.add(known.of(base))
	if len(others) > 0 {
		base.Name = fmt.Sprintf("CPU of each of the first %d connects of a process", len(others))
		base.Detail = "users with few follows"
		b.add(first.of(base))
	}
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
