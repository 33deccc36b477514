package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// stopwatch pairs notes with their frames: when each was sent (answered,
// committed), and when the clients got it.
type stopwatch struct {
	mu     sync.Mutex
	sent   map[int]time.Time
	frames []arrival
}

type arrival struct {
	seq int
	at  time.Time
}

func newStopwatch() *stopwatch { return &stopwatch{sent: map[int]time.Time{}} }

func (w *stopwatch) start(seq int, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent[seq] = at
}

// onText is for fleet.listen; only some connections are looked at, so that
// looking costs little.
func (w *stopwatch) onText(c *client, payload []byte, at time.Time) {
	if !c.sampled {
		return
	}
	if seq := seqOf(payload); seq >= 0 {
		w.mu.Lock()
		w.frames = append(w.frames, arrival{seq, at})
		w.mu.Unlock()
	}
}

// latencies are in milliseconds, negative where the frame came first.
func (w *stopwatch) latencies() samples {
	w.mu.Lock()
	defer w.mu.Unlock()
	var s samples
	for _, f := range w.frames {
		if sent, ok := w.sent[f.seq]; ok {
			s = append(s, millis(f.at.Sub(sent)))
		}
	}
	return s
}

// sample marks connections to be looked at, about count of them.
func (f *fleet) sample(count int) {
	f.do(func() {
		every := max(1, len(f.conns)/count)
		for _, c := range f.conns {
			c.sampled = c.tag%every == 0
		}
	})
}

// latency measures from the answer of notes/create to the frame, with few
// connections and few notes.
func latency(ctx context.Context, b *bench, e *engine) (err error) {
	s, err := e.stage(ctx)
	if err != nil {
		return err
	}
	defer s.end(&err)
	const conns, every = 100, 25 * time.Millisecond
	if err := s.fleet.dial(ctx, window, viewers(conns, conns, "localTimeline")); err != nil {
		return err
	}
	api, err := dialAPI(ctx, s.node.port)
	if err != nil {
		return err
	}
	defer api.close()
	w := newStopwatch()
	s.fleet.sample(conns)
	s.fleet.listen(w.onText)
	notes := b.rounds(400)
	met := s.fleet.expect(int64(notes * conns))
	var call samples
	for i := range notes {
		began := time.Now()
		_, at, err := api.createNote(token(e.world.poster), noteText(i))
		if err != nil {
			return err
		}
		w.start(i, at)
		call = append(call, millis(at.Sub(began)))
		sleep(ctx, every-time.Since(began))
	}
	if err := await(ctx, met, "the notes' frames"); err != nil {
		return err
	}
	base := result{Case: "latency", Name: "notes/create answered", Engine: e.name}
	b.percentiles(base, call, 0, 0)
	base.Name = "from the answer of notes/create to the frame"
	base.Detail = fmt.Sprintf("%d notes, %d connections; below 0: the frame came first", notes, conns)
	b.percentiles(base, w.latencies(), 3, 15)
	return nil
}

// slowReaders compares the latency of those who read while a part of the
// connections does not, and while all do, in turns.
func slowReaders(ctx context.Context, b *bench, e *engine) (err error) {
	n := b.fits(b.connections)
	slow := n / 50
	var with, without samples
	for range b.rounds(3) {
		for _, deaf := range []int{0, slow} {
			s, err := b.slowAt(ctx, e, n, deaf)
			if err != nil {
				return err
			}
			if deaf == 0 {
				without = append(without, s.at(0.99))
			} else {
				with = append(with, s.at(0.99))
			}
		}
	}
	base := result{Case: "slow", Engine: e.name, Unit: "ms"}
	base.Name = fmt.Sprintf("p99 latency, all of %d connections read", n)
	b.add(without.of(base))
	base.Name = fmt.Sprintf("p99 latency of the others, %d of %d do not read", slow, n)
	b.add(with.of(base))
	base.Name, base.Bar, base.Goal = "p99 latency of the others while some do not read, against none", 1.3, 1
	r := ratio(with, without, base)
	r.Goal = 1.05 // "unchanged", within what can be told
	b.add(r)
	return nil
}

func (b *bench) slowAt(ctx context.Context, e *engine, n, deaf int) (_ samples, err error) {
	// With little room for each connection the deaf ones fill their queues
	// soon, and stay queued rather than being closed during the measurement.
	s, err := e.stage(ctx, "--queue-bytes=8MiB", "--queue-frames=100000")
	if err != nil {
		return nil, err
	}
	defer s.end(&err)
	if err := s.fleet.dial(ctx, window, viewers(n, min(n, peopleMany), "localTimeline")); err != nil {
		return nil, err
	}
	left := deaf
	s.fleet.each(func(c *client) {
		if left > 0 && c.tag%50 == 7 {
			s.fleet.deafen(c)
			left--
		}
	})
	// Fill what the kernel takes of the deaf ones.
	const batch, batches = 100, 2
	for i := range batches {
		met := s.fleet.expect(int64(batch * (n - deaf)))
		if err := e.append(ctx, e.world.copies(batch, i*batch, e.world.poster, "public")); err != nil {
			return nil, err
		}
		if err := await(ctx, met, "the first notes"); err != nil {
			return nil, err
		}
	}
	w := newStopwatch()
	s.fleet.sample(250)
	s.fleet.listen(w.onText)
	const first = batch * batches
	notes := b.rounds(50)
	met := s.fleet.expect(int64(notes * (n - deaf)))
	const every = 100 * time.Millisecond
	for i := range notes {
		began := time.Now()
		if err := e.append(ctx, e.world.copies(1, first+i, e.world.poster, "public")); err != nil {
			return nil, err
		}
		w.start(first+i, began)
		sleep(ctx, every-time.Since(began))
	}
	if err := await(ctx, met, "the notes' frames"); err != nil {
		return nil, err
	}
	if lost := s.fleet.lost.Load(); lost > 0 {
		return nil, errors.New("readers lost their connections")
	}
	return w.latencies(), nil
}
