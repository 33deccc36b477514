package feed

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"notewire/store"
)

// script is a source that answers what a test says and notes when it was asked.
type script struct {
	head     Head
	identity Identity
	answer   func(after int64, skipped []Range) (Read, error)
	reads    []time.Time
	horizons []time.Time
}

func (s *script) Head(context.Context) (Head, error) { return s.head, nil }

func (s *script) Read(_ context.Context, after int64, skipped []Range, _ int) (Read, error) {
	s.reads = append(s.reads, time.Now())
	if s.answer == nil {
		return Read{Xmin: 1}, nil
	}
	return s.answer(after, skipped)
}

func (s *script) Horizon(context.Context) (uint64, error) {
	s.horizons = append(s.horizons, time.Now())
	return 100, nil
}

func (s *script) Identity(context.Context) (Identity, error) { return s.identity, nil }

// during runs a reader for a while of simulated time, calls do in the middle of it, and
// answers what was handed out, with 0 for a gap.
func during(t *testing.T, s *script, cfg Config, do func(r *Reader)) (got []int64) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cfg.Source = s
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	r := NewReader(cfg)
	done := make(chan error, 1)
	go func() {
		done <- r.Run(ctx, func(_ context.Context, b Batch) error {
			if b.Gap != nil {
				got = append(got, 0)
			}
			got = append(got, ids(b.Events)...)
			return nil
		})
	}()
	do(r)
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
	return got
}

func TestPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{}
		during(t, s, Config{}, func(*Reader) { time.Sleep(1750 * time.Millisecond) })
		if len(s.reads) != 4 { // at 0, 500, 1000, 1500 ms
			t.Errorf("read %d times", len(s.reads))
		}
	})
}

func TestWakesCoalesceAndReadsArePaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{}
		during(t, s, Config{Poll: time.Hour}, func(r *Reader) {
			time.Sleep(time.Second)
			for range 100 { // a wake each 100 µs
				r.Wake()
				time.Sleep(100 * time.Microsecond)
			}
			time.Sleep(time.Second)
		})
		for i := 1; i < len(s.reads); i++ {
			if d := s.reads[i].Sub(s.reads[i-1]); d < 2*time.Millisecond {
				t.Errorf("read after %v", d)
			}
		}
		// The first, one at once, and each 2 ms of the 10 ms, with one after the last wake.
		if len(s.reads) < 6 || len(s.reads) > 8 {
			t.Errorf("read %d times", len(s.reads))
		}
		if d := s.reads[1].Sub(s.reads[0]); d != time.Second {
			t.Errorf("the first wake was answered after %v", d)
		}
	})
}

func TestHorizonsAreRare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answer: func(after int64, _ []Range) (Read, error) {
			// A new gap with each read; a long transaction holds xmin.
			return Read{Xmin: 50, Events: events(after + 2)}, nil
		}}
		var start time.Time
		during(t, s, Config{Poll: 5 * time.Millisecond}, func(*Reader) {
			start = time.Now()
			time.Sleep(time.Second)
		})
		if n := len(s.horizons); n < 15 || n > 21 {
			t.Errorf("%d horizons in a second", n)
		}
		// The first is that of the start, the second for the first gap.
		if d := s.horizons[1].Sub(start); d != 50*time.Millisecond {
			t.Errorf("asked for a horizon after %v", d)
		}
	})
}

func TestWarnsOfManySkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s := &script{answer: func(after int64, _ []Range) (Read, error) {
			if after > 0 {
				return Read{Xmin: 1}, nil
			}
			return Read{Xmin: 1, Events: events(10_002)}, nil
		}}
		during(t, s, Config{Logger: slog.New(slog.NewTextHandler(&log, nil))}, func(r *Reader) {
			time.Sleep(5 * time.Second)
			if got := r.Stats().Skipped; got != 10_001 {
				t.Errorf("%d skipped", got)
			}
		})
		if n := strings.Count(log.String(), "skipped=10001"); n != 1 {
			t.Errorf("warned %d times: %s", n, log.String())
		}
	})
}

func TestBackwardsIsAGapBeforeTheNextEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, change := range map[string]func(s *script){
			"restored elsewhere": func(s *script) { s.identity.Cluster = "b" },
			"failover":           func(s *script) { s.identity.Timeline = 2 },
			"ids went back":      func(s *script) { s.identity.LastID = 4 },
		} {
			s := &script{head: Head{Highest: 5}, identity: Identity{Cluster: "a", Timeline: 1, LastID: 5}}
			got := during(t, s, Config{}, func(r *Reader) {
				time.Sleep(time.Second)
				synctest.Wait()
				r.Recheck() // the same log
				time.Sleep(time.Second)
				synctest.Wait()
				if r.Stats().Gaps != 0 {
					t.Errorf("%s: a gap in the same log", name)
				}
				change(s)
				s.head = Head{Highest: 3}
				s.answer = func(after int64, _ []Range) (Read, error) {
					if after == 3 {
						return Read{Xmin: 1, Events: events(4)}, nil
					}
					return Read{Xmin: 1}, nil
				}
				r.Recheck()
				time.Sleep(time.Second)
				synctest.Wait()
			})
			if len(got) != 2 || got[0] != 0 || got[1] != 4 {
				t.Errorf("%s: got %v, want a gap (0) and 4", name, got)
			}
		}
	})
}

// A snapshot that lies before the last one comes from another server: nothing
// of it counts until the log is known to be the same.
func TestOlderSnapshotIsNotTrusted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{identity: Identity{Cluster: "a"}}
		s.answer = func(after int64, _ []Range) (Read, error) {
			switch {
			case len(s.reads) == 1:
				return Read{Xmin: 1000}, nil
			case s.identity.Cluster == "a":
				s.identity.Cluster = "b"
				return Read{Xmin: 10, Events: events(1)}, nil
			case after == 0:
				return Read{Xmin: 10, Events: events(1)}, nil
			}
			return Read{Xmin: 10}, nil
		}
		got := during(t, s, Config{}, func(*Reader) { time.Sleep(2 * time.Second) })
		if len(got) != 2 || got[0] != 0 || got[1] != 1 {
			t.Errorf("got %v, want a gap (0) and 1", got)
		}
	})
}

func TestHandlerErrorEndsRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answer: func(after int64, _ []Range) (Read, error) { return Read{Xmin: 1, Events: events(after + 1)}, nil }}
		r := NewReader(Config{Source: s, Logger: slog.New(slog.DiscardHandler)})
		broken := errors.New("broken")
		var seen []store.Event
		handle := func(_ context.Context, b Batch) error {
			seen = append(seen, b.Events...)
			return broken
		}
		for range 2 { // the position has not moved
			if err := r.Run(t.Context(), handle); !errors.Is(err, broken) {
				t.Fatalf("Run: %v", err)
			}
		}
		if len(seen) != 2 || seen[0].ID != 1 || seen[1].ID != 1 {
			t.Errorf("handed out %v", ids(seen))
		}
	})
}

func TestSourceFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{}
		broken := errors.New("broken")
		s.answer = func(int64, []Range) (Read, error) {
			if len(s.reads) <= 20 {
				return Read{}, broken
			}
			return Read{Xmin: 1}, nil
		}
		during(t, s, Config{Poll: time.Hour}, func(r *Reader) {
			time.Sleep(10 * time.Second)
			synctest.Wait()
			if st := r.Stats(); !st.Failing || st.Errors < 5 || st.Errors > 20 || !st.LastRead.IsZero() {
				t.Errorf("while failing: %+v", st)
			}
			time.Sleep(time.Minute)
			synctest.Wait()
			if st := r.Stats(); st.Failing || st.Reads != 1 || st.LastRead.IsZero() || time.Since(st.LastRead) > time.Minute {
				t.Errorf("afterwards: %+v", st)
			}
		})
	})
}
