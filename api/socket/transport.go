package socket

import (
	"context"
	"log/slog"
	"net/netip"
	"slices"
	"time"
)

// Config is what a Transport is made of. New fills defaults in and refuses what
// cannot work.
type Config struct {
	// Limits bound each connection and all queues together.
	Limits Limits
	// MaxPerUser and MaxPerAddress bound the open connections of a user and of
	// an address, whatever their gateways. Loopback addresses have no limit.
	// Defaults
	// DefaultMaxPerUser and DefaultMaxPerAddress.
	MaxPerUser, MaxPerAddress int
	// Network is what connections are counted by, given an address: whoever has
	// one IPv6 address has many. Default: the address.
	Network func(netip.Addr) netip.Addr
	// Logger is told of faults of the server. It may block: nothing waits for it.
	// Default: discards.
	Logger *slog.Logger
}

// Transport is what all connections of all gateways share: the total of their
// queues, the wheel that pings them, the poller that tells when there is
// something to be read, and the counts of connections by user and by address.
type Transport struct {
	limits    Limits
	log       *reporter
	budget    *queueBudget
	wheel     *wheel
	poller    poller
	admission admission
	start     time.Time
}

// New makes a transport. It fails only if a limit is out of range; the error
// wraps ErrLimits. Nothing is pinged before Run.
func New(cfg Config) (*Transport, error) {
	l, err := cfg.Limits.filled()
	if err != nil {
		return nil, err
	}
	t := &Transport{
		limits: l,
		log:    newReporter(cfg.Logger),
		budget: newQueueBudget(l.QueueTotal),
		wheel:  newWheel(&l),
		start:  time.Now(),
	}
	if err := t.admission.init(&cfg); err != nil {
		return nil, err
	}
	return t, nil
}

// Limits are the limits with their defaults filled in.
func (t *Transport) Limits() Limits { return t.limits }

// Queued is what waits in all queues together: bytes, where a frame that several
// queues share counts once, and frames, each as often as it is to be sent.
func (t *Transport) Queued() (bytes, frames int64) {
	return t.budget.bytes.Load(), t.budget.frames.Load()
}

// Run keeps the connections alive until ctx ends: it pings them, resets those
// that do not answer, and closes the fullest when all queues together hold too
// much. Then it resets every connection that is still open, and those that come
// later, and answers ctx's error when the last one has ended. Drain comes first
// where clients are to be told.
func (t *Transport) Run(ctx context.Context) error {
	t.log.start()
	t.keepAlive(ctx)
	t.StopAdmitting()
	t.stop()
	t.admission.wait()
	t.poller.wait()
	t.log.stop()
	return ctx.Err()
}

// stop resets every connection, and those that are still to be served. Their
// goroutines end soon after.
func (t *Transport) stop() {
	for _, s := range t.wheel.stop() {
		s.abort(endedStopped)
	}
}

// now is the monotonic time since the transport was made, in nanoseconds.
func (t *Transport) now() int64 { return int64(time.Since(t.start)) }

// keepAlive is the part of Run that lasts until ctx ends.
func (t *Transport) keepAlive(ctx context.Context) {
	ticker := time.NewTicker(t.wheel.tick)
	defer ticker.Stop()
	var pings, checks []*Socket
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.budget.exceeded:
			t.closeFullest()
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

// closeFullest closes the sockets with the fullest queues until the total fits.
func (t *Transport) closeFullest() {
	if !t.budget.over() {
		return
	}
	type backlog struct {
		s     *Socket
		bytes int
	}
	var full []backlog
	for _, s := range t.wheel.all() {
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
			// be enough; its writer then asks for another look.
			return
		}
	}
}
