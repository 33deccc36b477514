//go:build linux

package main

import (
	"context"
	"fmt"
	"time"
)

// saturation keeps a node busy all the time and counts the frames that come;
// then measures the latency from commit to client at parts of that.
func saturation(ctx context.Context, b *bench, e *engine) (err error) {
	s, err := e.stage(ctx)
	if err != nil {
		return err
	}
	defer s.end(&err)
	n := b.fits(b.connections / 5)
	if err := s.fleet.dial(ctx, window, viewers(n, n, "localTimeline")); err != nil {
		return err
	}
	length := 5 * time.Second
	if b.quick {
		length = 2 * time.Second
	}
	rate, seq, cpu, err := b.saturate(ctx, e, s, n, length)
	if err != nil {
		return err
	}
	b.add(result{
		Case: "saturation", Name: "frames/s at saturation", Engine: e.name, Value: rate, Unit: "frames/s",
		Detail: fmt.Sprintf("%d connections; the node used %.2f CPUs, the rest went to the clients and the database", n, cpu),
	})
	for _, part := range []float64{0.1, 0.5, 0.9} {
		lat, err := b.paced(ctx, e, s, n, rate*part/float64(n), length, &seq)
		if err != nil {
			return err
		}
		b.percentiles(result{Case: "saturation", Name: fmt.Sprintf("from commit to client at %.0f %%", part*100), Engine: e.name,
			Detail: fmt.Sprintf("%.0f frames/s", rate*part)}, lat, 0, 0)
	}
	return nil
}

// saturate appends as fast as the frames come, with some notes ahead.
func (b *bench) saturate(ctx context.Context, e *engine, s *stage, n int, length time.Duration) (rate float64, seq int, cpus float64, err error) {
	const batch, ahead = 20, 3
	began := time.Now()
	startFrames := s.fleet.frames.Load()
	cpu := s.node.cpu()
	for time.Since(began) < length {
		seq += batch
		if err := e.append(ctx, e.world.copies(batch, seq-batch, e.world.poster)); err != nil {
			return 0, 0, 0, err
		}
		goal := startFrames + int64(max(0, seq-ahead*batch)*n)
		if err := await(ctx, s.fleet.reach(goal), "frames"); err != nil {
			return 0, 0, 0, err
		}
	}
	took := time.Since(began)
	frames := s.fleet.frames.Load() - startFrames
	cpus = float64(s.node.cpu()-cpu) / float64(took)
	if err := await(ctx, s.fleet.reach(startFrames+int64(seq*n)), "the last frames"); err != nil {
		return 0, 0, 0, err
	}
	return float64(frames) / took.Seconds(), seq, cpus, nil
}

// paced appends notes one by one at a rate, and answers the latencies from
// their commits.
func (b *bench) paced(ctx context.Context, e *engine, s *stage, n int, perSecond float64, length time.Duration, seq *int) (samples, error) {
	w := newStopwatch()
	s.fleet.sample(50)
	s.fleet.listen(w.onText)
	defer s.fleet.listen(nil)
	notes := int(perSecond * length.Seconds())
	met := s.fleet.expect(int64(notes * n))
	began := time.Now()
	for i := range notes {
		sleep(ctx, time.Until(began.Add(time.Duration(float64(i)/perSecond*float64(time.Second)))))
		at := time.Now()
		if err := e.append(ctx, e.world.copies(1, *seq, e.world.poster)); err != nil {
			return nil, err
		}
		w.start(*seq, at)
		*seq++
	}
	if err := await(ctx, met, "the notes' frames"); err != nil {
		return nil, fmt.Errorf("%w: %d are missing, %d connections were lost; the node says: %.500s", err, s.fleet.missing(), s.fleet.lost.Load(), s.node.errs)
	}
	return w.latencies(), nil
}
