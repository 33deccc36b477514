//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"
)

// fanout sends public notes to many localTimeline connections, in turns with
// the reference, which writes frames of the same size to as many sockets.
func fanout(ctx context.Context, b *bench, e *engine) (err error) {
	args, profiling := b.profileArgs()
	s, err := e.stage(ctx, args...)
	if err != nil {
		return err
	}
	defer s.end(&err)
	n := b.fits(b.connections)
	if err := s.fleet.dial(ctx, window, viewers(n, min(n, peopleMany), "localTimeline")); err != nil {
		return err
	}
	ref, refFleet, err := startReference(ctx, n)
	if err != nil {
		return err
	}
	defer func() { refFleet.close(); err = errors.Join(err, ref.stop()) }()
	api, err := dialAPI(ctx, s.node.port)
	if err != nil {
		return err
	}
	defer api.close()
	s.node.quiet(ctx, 5*time.Second)

	var server, bare, alone, fed samples
	var size int64
	round := func(seq int) (time.Duration, error) {
		before, bytes := s.node.cpu(), s.fleet.bytes.Load()
		met := s.fleet.expect(int64(n))
		if _, _, err := api.createNote(token(e.world.poster), noteText(seq)); err != nil {
			return 0, err
		}
		if err := await(ctx, met, "the note's frames"); err != nil {
			return 0, err
		}
		used := s.node.cpu() - before
		size = (s.fleet.bytes.Load() - bytes) / int64(n)
		return used, nil
	}
	bareRound := func(threads int) (time.Duration, error) {
		before := ref.cpu()
		met := refFleet.expect(int64(n))
		if _, err := ref.ask(fmt.Sprintf("write %d %d", size, threads)); err != nil {
			return 0, err
		}
		if err := await(ctx, met, "the reference's frames"); err != nil {
			return 0, err
		}
		return ref.cpu() - before, nil
	}
	stopProfiling := profiling(ctx, b, s.node)
	const warm = 3
	for i := range warm + b.rounds(40) {
		a, err := round(i + 1)
		if err != nil {
			return err
		}
		r, err := bareRound(runtime.NumCPU())
		if err != nil {
			return err
		}
		r1, err := bareRound(1)
		if err != nil {
			return err
		}
		if i >= warm {
			server = append(server, micros(a)/float64(n))
			bare = append(bare, micros(r)/float64(n))
			alone = append(alone, micros(r1)/float64(n))
		}
	}
	if err := stopProfiling(); err != nil {
		return err
	}
	// Many notes at once: what a frame costs when its note costs little.
	for i := range b.rounds(8) {
		const notes = 10
		used, err := e.costOf(ctx, s, e.world.copies(notes, 1000+notes*i, e.world.poster), notes*n)
		if err != nil {
			return err
		}
		fed = append(fed, micros(used)/float64(n))
	}
	detail := fmt.Sprintf("%d connections, %d bytes a frame", n, size)
	base := result{Case: "fanout", Engine: e.name}
	base.Unit = "µs"
	base.Name = "CPU per frame, reference on all processors"
	b.add(bare.of(base))
	base.Name = "CPU per frame, reference in one thread"
	b.add(alone.of(base))
	base.Name, base.Detail = "CPU per frame, notes/create included", detail
	b.add(server.of(base))
	base.Name, base.Detail = "CPU per frame, ten notes in one batch of events", ""
	b.add(fed.of(base))
	base.Name, base.Bar, base.Goal = "CPU per delivered frame against ready frames", 1.3, 1.15
	b.add(ratio(server, bare, base))
	base.Name = "CPU per delivered frame against ready frames written by one thread"
	b.add(ratio(server, alone, base))
	return nil
}

// startReference starts the reference and connects n clients to it.
func startReference(ctx context.Context, n int) (*process, *fleet, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, fmt.Errorf("finding this program: %w", err)
	}
	ref, err := start(ctx, self, "reference")
	if err != nil {
		return nil, nil, err
	}
	f, err := newFleet(ref.port)
	if err != nil {
		return nil, nil, errors.Join(err, ref.stop())
	}
	if err := f.dial(ctx, window, make([]plan, n)); err != nil {
		f.close()
		return nil, nil, errors.Join(err, ref.stop())
	}
	return ref, f, nil
}
