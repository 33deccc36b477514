//go:build linux

package main

import (
	"context"
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
// connections does not, and while all do, in turns on one node.
func slowReaders(ctx context.Context, b *bench, e *engine) (err error) {
	n := b.fits(b.connections)
	slow := n / 50
	// What is not read has room to wait for the whole measurement: nobody is to
	// be closed before its end.
	s, err := e.stage(ctx, "--queue-bytes=64MiB", "--queue-frames=1000000", "--queue-total=8GiB")
	if err != nil {
		return err
	}
	defer s.end(&err)
	if err := s.fleet.dial(ctx, window, viewers(n, min(n, peopleMany), "localTimeline")); err != nil {
		return err
	}
	notReading := make([]*client, 0, slow)
	s.fleet.each(func(c *client) {
		if len(notReading) < slow {
			notReading = append(notReading, c)
		}
	})
	seq := 0
	// notes appends notes one by one, or many at once, and waits for those who
	// read.
	notes := func(count, atOnce int, every time.Duration, readers int) (samples, error) {
		w := newStopwatch()
		s.fleet.do(func() {
			every := max(1, n/250)
			for _, c := range s.fleet.conns {
				c.sampled = c.tag%every == 0 && !c.notReading
			}
		})
		s.fleet.listen(w.onText)
		met := s.fleet.expect(int64(count * atOnce * readers))
		for range count {
			began := time.Now()
			if err := e.append(ctx, e.world.copies(atOnce, seq, e.world.poster)); err != nil {
				return nil, err
			}
			w.start(seq, began)
			seq += atOnce
			sleep(ctx, every-time.Since(began))
		}
		return w.latencies(), await(ctx, met, "the notes' frames")
	}
	const every = 200 * time.Millisecond
	var with, without samples
	for range b.rounds(6) {
		quiet, err := notes(20, 1, every, n)
		if err != nil {
			return err
		}
		s.fleet.do(func() {
			for _, c := range notReading {
				s.fleet.stopReading(c)
			}
		})
		before := seq
		if _, err := notes(2, 100, 0, n-slow); err != nil { // fills what the kernel takes
			return err
		}
		loud, err := notes(20, 1, every, n-slow)
		if err != nil {
			return err
		}
		met := s.fleet.expect(int64((seq - before) * slow))
		s.fleet.do(func() {
			for _, c := range notReading {
				s.fleet.readAgain(c)
			}
		})
		if err := await(ctx, met, "what the notReading had not read"); err != nil {
			return err
		}
		with, without = append(with, loud.at(0.99)), append(without, quiet.at(0.99))
	}
	if lost := s.fleet.lost.Load(); lost > 0 {
		return fmt.Errorf("%d connections were lost", lost)
	}
	base := result{Case: "slow", Engine: e.name, Unit: "ms"}
	base.Name = fmt.Sprintf("p99 latency, all of %d connections read", n)
	b.add(without.of(base))
	base.Name = fmt.Sprintf("p99 latency of the others, %d of %d do not read", slow, n)
	b.add(with.of(base))
	// "Unchanged" is within what can be told.
	base.Name, base.Bar, base.Goal = "p99 latency of the others while some do not read, against none", 1.3, 1.05
	b.add(ratio(with, without, base))
	return nil
}
