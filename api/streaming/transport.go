package streaming

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"notewire/protocol/wire"
)

// transport is what all sockets share: limits, the total of their queues, the
// wheel that pings them, counters.
type transport struct {
	limits Limits
	stats  *Stats
	log    *slog.Logger
	budget *queueBudget
	wheel  *wheel
	// poller and readers are what sockets need to read, but not all at a time.
	poller  poller
	readers readers
	start   time.Time
}

// newTransport fills the limits' defaults; it fails only if a limit is out of
// range. A nil stats or log is replaced by one that nobody reads.
func newTransport(limits Limits, stats *Stats, log *slog.Logger) (*transport, error) {
	l, err := limits.filled()
	if err != nil {
		return nil, err
	}
	if stats == nil {
		stats = new(Stats)
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &transport{
		limits:  l,
		stats:   stats,
		log:     log,
		budget:  newQueueBudget(l.QueueTotal, &stats.QueueBytes, &stats.QueueFrames),
		wheel:   newWheel(&l),
		readers: newReaders(),
		start:   time.Now(),
	}, nil
}

// stop resets every connection, and those that are still to be served. Their
// goroutines end soon after.
func (t *transport) stop() {
	for _, s := range t.wheel.stop() {
		s.abort(endedStopped)
	}
}

// wait waits, after the last socket has ended, for what is left to end.
func (t *transport) wait() {
	t.poller.wait()
	t.readers.stop()
}

// now is the monotonic time since the transport was made, in nanoseconds.
func (t *transport) now() int64 { return int64(time.Since(t.start)) }

// run pings the sockets, resets those that do not answer, and closes the
// fullest when all queues together hold too much, until ctx ends. It does not
// touch the sockets when it ends.
func (t *transport) run(ctx context.Context) {
	ticker := time.NewTicker(t.wheel.tick)
	defer ticker.Stop()
	var pings, checks []*socket
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.budget.relief:
			t.relieve()
		case <-ticker.C:
			pings, checks = t.wheel.turn(pings, checks)
			// The check comes first: where both fall on the same turn, a ping
			// that goes out now has not been left unanswered.
			for _, s := range checks {
				s.checkPong()
			}
			for _, s := range pings {
				s.ping()
			}
			clear(pings) // or the lists would keep ended sockets alive
			clear(checks)
			pings, checks = pings[:0], checks[:0]
		}
	}
}

// relieve closes the sockets with the fullest queues until the total fits.
func (t *transport) relieve() {
	if !t.budget.over() {
		return
	}
	type backlog struct {
		s     *socket
		bytes int
	}
	var full []backlog
	for _, s := range t.wheel.all(nil) {
		if n := s.waiting(); n > 0 {
			full = append(full, backlog{s, n})
		}
	}
	slices.SortFunc(full, func(a, b backlog) int { return b.bytes - a.bytes })
	for _, b := range full {
		if !t.budget.over() {
			return
		}
		if b.s.overflow(closeCrowded) {
			// What it has in flight will be let go of in a moment, and that may
			// be enough; its drainer then asks for another look.
			return
		}
	}
}

// oversized notes a frame that no queue can hold.
func (t *transport) oversized(f *wire.Frame) {
	t.stats.Oversized.Add(1)
	t.log.Error("dropped a frame that is larger than a connection's queue", "bytes", f.Size(), "limit", t.limits.QueueBytes)
}
