package feed

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"notewire/store"
)

// simulate reads a world through a source to its end and answers what was
// handed out. The positions of all events are checked on the way.
func simulate(t *testing.T, w *world, src Source, batch int) (got []store.Event, r *Reader) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		over := make(chan struct{})
		w.over = over
		r = NewReader(Config{Source: src, Batch: batch, Logger: slog.New(slog.DiscardHandler)})
		done := make(chan error, 1)
		var last Position
		go func() {
			done <- r.Run(ctx, func(_ context.Context, b Batch) error {
				if b.Gap != nil {
					t.Errorf("gap %q in a log that has none", b.Gap.Reason)
				}
				checkPositions(t, last, b)
				last = b.End()
				got = append(got, b.Events...)
				return nil
			})
		}()
		<-over
		// The last ones are read, and a horizon of the empty ids is passed.
		time.Sleep(time.Minute)
		synctest.Wait()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return got, r
}

// checkPositions checks that each position covers one event more.
func checkPositions(t *testing.T, last Position, b Batch) {
	t.Helper()
	before := b.Start()
	if before.Highest() < last.Highest() {
		t.Errorf("position went from %d back to %d", last.Highest(), before.Highest())
	}
	for i, ev := range b.Events {
		after := b.Position(i)
		if before.Covers(ev.ID) || !after.Covers(ev.ID) {
			t.Errorf("event %d: covered before %v, after %v", ev.ID, before.Covers(ev.ID), after.Covers(ev.ID))
		}
		for id := int64(1); id <= after.Highest(); id++ {
			if id != ev.ID && id <= before.Highest() && before.Covers(id) != after.Covers(id) {
				t.Errorf("event %d changed whether %d is covered", ev.ID, id)
			}
			if id > before.Highest() && id != ev.ID && after.Covers(id) {
				t.Errorf("event %d made %d covered, which was not read", ev.ID, id)
			}
		}
		back, err := ParseCursor(after.Cursor())
		if err != nil || back.Cursor() != after.Cursor() {
			t.Errorf("cursor %q: %v", after.Cursor(), err)
		}
		before = after
	}
}

func seeded(seed uint64) choices {
	return rand.New(rand.NewPCG(seed, 1)).IntN
}

// settled checks that every skipped id was filled or given up.
func settled(t *testing.T, r *Reader) {
	t.Helper()
	if s := r.Stats(); s.Skipped != 0 {
		t.Errorf("%d ids are still skipped after everything has ended", s.Skipped)
	}
}

func TestSimulation(t *testing.T) {
	var late, givenUp uint64
	for seed := range uint64(300) {
		w := newWorld(seeded(seed), 400)
		w.failing = seed%3 == 0
		got, r := simulate(t, w, w, 1+int(seed%9))
		lost, err := w.verdict(got)
		if err != nil || lost != 0 {
			t.Fatalf("seed %d: %d of %d lost; %v", seed, lost, len(w.rows), err)
		}
		settled(t, r)
		late += r.Stats().Late
		givenUp += r.Stats().GivenUp
	}
	// Otherwise the simulation does not show what it is there to show.
	if late < 1000 || givenUp < 1000 {
		t.Errorf("only %d late events and %d ids given up in all", late, givenUp)
	}
}

// The near misses lose events, and the simulation notices: if it did not,
// TestSimulation would show nothing.
func TestNearMisses(t *testing.T) {
	for name, faulty := range map[string]func(*world) Source{
		"id > cursor":                        func(w *world) Source { return cursorOnly{w} },
		"the snapshot's xmax as the horizon": func(w *world) Source { return snapshotXmax{w} },
	} {
		t.Run(name, func(t *testing.T) {
			lost, all := 0, 0
			for seed := range uint64(300) {
				w := newWorld(seeded(seed), 400)
				got, _ := simulate(t, w, faulty(w), 100)
				n, err := w.verdict(got)
				if err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				lost += n
				all += len(w.rows)
			}
			if lost == 0 {
				t.Errorf("nothing was lost of %d events: the simulation cannot tell a faulty reader from the real one", all)
			}
			t.Logf("%d of %d events lost", lost, all)
		})
	}
}

// FuzzReader lets the fuzzer decide what happens when.
func FuzzReader(f *testing.F) {
	f.Add([]byte{1, 2, 3}, uint8(3))
	f.Add([]byte("begin draw commit rollback, begin draw commit rollback"), uint8(1))
	f.Fuzz(func(t *testing.T, decisions []byte, batch uint8) {
		rest := decisions
		random := seeded(uint64(len(decisions)))
		w := newWorld(func(n int) int {
			if len(rest) == 0 {
				return random(n)
			}
			c := int(rest[0]) % n
			rest = rest[1:]
			return c
		}, min(400, len(decisions)))
		got, r := simulate(t, w, w, 1+int(batch))
		lost, err := w.verdict(got)
		if err != nil || lost != 0 {
			t.Fatalf("%d of %d lost; %v", lost, len(w.rows), err)
		}
		settled(t, r)
	})
}
