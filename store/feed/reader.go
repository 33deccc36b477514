package feed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// DefaultPoll is the longest time without a read unless Config says otherwise.
const DefaultPoll = 500 * time.Millisecond

// Config says what to read and how eagerly. Only Source is required; a zero
// field takes its default.
type Config struct {
	Source Source
	// Batch is how many new events, and again how many late ones, one read
	// asks for. Default 1,000.
	Batch int
	// Poll is the longest time without a read, in case a wake was lost.
	// Default DefaultPoll.
	Poll time.Duration
	// Pace is the least time from the start of one read to the start of the
	// next when the first has emptied the log. Default 2 ms.
	Pace time.Duration
	// PaceUnderLoad is how far that time grows while reads find much (see
	// Pacer), so that events gather. It is the delay that load may add to an
	// event. If it is no more than Pace, the time never grows. Default 10 ms.
	PaceUnderLoad time.Duration
	// HorizonWait is how long a skipped id may be missing before a horizon is
	// asked for, and the least time between two horizons, since each of them
	// uses up a transaction id. Default 50 ms.
	HorizonWait time.Duration
	// CallTimeout bounds each call of the source. Default 10 s.
	CallTimeout time.Duration
	// SkippedWarning is the number of skipped ids past which a warning is
	// logged: a long transaction holds them open, and every read asks for all.
	// Default 10,000.
	SkippedWarning int64
	// Logger is where warnings go. Default slog.Default().
	Logger *slog.Logger
}

// The pauses after a failed call of the source: the first, and the longest.
const (
	retryFirst = 20 * time.Millisecond
	retryLast  = 2 * time.Second
)

// Stats are a reader's counters since it was made, and where it stands.
type Stats struct {
	Reads    uint64 // statements that read events
	Events   uint64 // events handed to the handler
	Late     uint64 // events among them that filled skipped ids
	Noticed  uint64 // ids found missing, at the start too
	GivenUp  uint64 // skipped ids found to stay empty
	Horizons uint64 // horizons asked for
	Gaps     uint64 // gaps reported
	Errors   uint64 // failed calls of the source
	Skipped  int64  // ids missing now
	Highest  int64  // highest id seen
	Failing  bool   // the last call of the source failed
	// LastRead is when the last read began that succeeded and was handled; the
	// zero time before the first.
	LastRead time.Time
}

// Reader hands out the events of a log. The package's documentation says how.
type Reader struct {
	cfg     Config
	wake    chan struct{} // capacity 1, so that wakes coalesce
	recheck atomic.Bool

	// The fields below belong to Run's goroutine.
	tracker     *tracker
	identity    Identity
	xmin        uint64
	lastRead    time.Time
	pacer       Pacer
	lastHorizon time.Time
	retry       time.Duration
	warned      bool

	mu    sync.Mutex
	stats Stats
}

// NewReader makes a reader. It panics if there is no source, which is a fault
// of the program.
func NewReader(cfg Config) *Reader {
	if cfg.Source == nil {
		panic("feed: no source")
	}
	cfg.Batch = cmp.Or(cfg.Batch, 1000)
	cfg.Poll = cmp.Or(cfg.Poll, DefaultPoll)
	cfg.Pace = cmp.Or(cfg.Pace, 2*time.Millisecond)
	cfg.PaceUnderLoad = cmp.Or(cfg.PaceUnderLoad, 10*time.Millisecond)
	cfg.HorizonWait = cmp.Or(cfg.HorizonWait, 50*time.Millisecond)
	cfg.CallTimeout = cmp.Or(cfg.CallTimeout, 10*time.Second)
	cfg.SkippedWarning = cmp.Or(cfg.SkippedWarning, 10_000)
	cfg.Logger = cmp.Or(cfg.Logger, slog.Default())
	pacer := Pacer{Least: cfg.Pace, Most: cfg.PaceUnderLoad}
	return &Reader{cfg: cfg, wake: make(chan struct{}, 1), pacer: pacer}
}

// Wake says that events were committed. The next read starts after this call.
func (r *Reader) Wake() {
	select {
	case r.wake <- struct{}{}:
	default: // a read that has not started yet will see them
	}
}

// Recheck says that the connection to the log was lost and is back: before
// the next read, the reader makes sure that it is still the same log.
func (r *Reader) Recheck() {
	r.recheck.Store(true)
	r.Wake()
}

// Stats are the counters as of the last read.
func (r *Reader) Stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stats
}

// Init looks up where the log stands, which is where reading begins: every
// event that is committed after Init has returned is handed out. Run does it
// by itself; a server calls it first, so that it accepts clients only once
// nothing can be missed. After a failure it may be called again.
func (r *Reader) Init(ctx context.Context) (Position, error) {
	var id Identity
	if err := r.call(ctx, "identifying the event log", func(ctx context.Context) (err error) {
		id, err = r.cfg.Source.Identity(ctx)
		return err
	}); err != nil {
		return Position{}, err
	}
	var head Head
	if err := r.call(ctx, "looking up the head of the event log", func(ctx context.Context) (err error) {
		head, err = r.cfg.Source.Head(ctx)
		return err
	}); err != nil {
		return Position{}, err
	}
	// After the head, so that it is above every transaction that can fill
	// what the head found missing.
	horizon, err := r.horizon(ctx)
	if err != nil {
		return Position{}, err
	}
	r.identity, r.xmin = id, 0
	r.tracker = newTracker(id, head, horizon, time.Now())
	r.updateStats(func(s *Stats) {})
	return r.tracker.position(), nil
}

// Run hands events to handle until ctx ends, and then answers nil. A failing
// source is tried again and again, with growing pauses. An error of handle
// ends Run and is answered, wrapped; the position has not moved past that
// batch then.
func (r *Reader) Run(ctx context.Context, handle func(context.Context, Batch) error) error {
	for ctx.Err() == nil {
		more, err := r.readOnce(ctx, handle)
		var failed *handlerError
		switch {
		case ctx.Err() != nil: // then a failed call failed because of it
		case errors.As(err, &failed):
			return fmt.Errorf("handling events: %w", failed.err)
		case err != nil:
			r.fail(ctx, err)
		case more:
			r.retry = 0
		default:
			r.retry = 0
			r.waitForEvents(ctx)
		}
	}
	return nil
}

// handlerError marks an error of the handler, so that Run can tell it from an
// error of the source.
type handlerError struct{ err error }

func (e *handlerError) Error() string { return e.err.Error() }

// readOnce does one read and whatever has to precede it. More says that the
// read did not reach the end of the log.
func (r *Reader) readOnce(ctx context.Context, handle func(context.Context, Batch) error) (more bool, err error) {
	if r.tracker == nil {
		if _, err := r.Init(ctx); err != nil {
			return false, err
		}
	}
	if r.recheck.Load() {
		if err := r.check(ctx, handle); err != nil {
			return false, err
		}
	}
	if due, ok := r.horizonDue(); ok && !time.Now().Before(due) {
		horizon, err := r.horizon(ctx)
		if err != nil {
			return false, err
		}
		r.tracker.setHorizon(horizon, r.lastHorizon, r.cfg.HorizonWait)
	}

	var read Read
	r.lastRead = time.Now()
	asked := r.tracker.asked()
	if err := r.call(ctx, "reading events", func(ctx context.Context) (err error) {
		read, err = r.cfg.Source.Read(ctx, r.tracker.highest, asked, r.cfg.Batch)
		return err
	}); err != nil {
		// Another server, with another log, may answer the next call.
		r.recheck.Store(true)
		return false, err
	}
	if read.Xmin < r.xmin {
		// Transaction ids never go down in one log. Nothing of this read can
		// be trusted before it is known which log it came from.
		r.recheck.Store(true)
		r.xmin = 0
		return true, nil
	}
	r.xmin = read.Xmin

	next := r.tracker.clone()
	batch, more := next.apply(read, r.cfg.Batch, r.lastRead)
	if batch.Gap != nil || len(batch.Events) > 0 {
		if batch.Gap != nil {
			r.cfg.Logger.WarnContext(ctx, "events were deleted before they were read", "through", read.PrunedThrough)
		}
		if err := handle(ctx, batch); err != nil {
			return false, &handlerError{err}
		}
	}
	r.tracker = next
	r.pacer.Took(len(batch.Events))
	r.updateStats(func(s *Stats) {
		s.Failing = false
		s.LastRead = r.lastRead
		s.Reads++
		s.Events += uint64(len(batch.Events))
		if batch.Gap != nil {
			s.Gaps++
		}
	})
	r.watchSkipped(ctx)
	return more, nil
}

// check makes sure that the log is still the one that was read before. If it
// is not, check reports a gap and reading begins anew at the log's end.
func (r *Reader) check(ctx context.Context, handle func(context.Context, Batch) error) error {
	r.recheck.Store(false)
	var id Identity
	err := r.call(ctx, "identifying the event log", func(ctx context.Context) (err error) {
		id, err = r.cfg.Source.Identity(ctx)
		return err
	})
	if err != nil {
		r.recheck.Store(true)
		return err
	}
	same := id.Cluster == r.identity.Cluster && id.Timeline == r.identity.Timeline && id.LastID >= r.tracker.highest
	if same {
		return nil
	}
	r.cfg.Logger.WarnContext(ctx, "the event log is not the one that was read before",
		"highest", r.tracker.highest, "last", id.LastID)
	known := r.tracker
	if _, err := r.Init(ctx); err != nil {
		r.recheck.Store(true)
		return err
	}
	r.tracker.filled, r.tracker.givenUp = known.filled, known.givenUp
	r.tracker.noticed += known.noticed
	if err := handle(ctx, Batch{Gap: &Gap{Reason: GapOtherLog}, start: r.tracker.position()}); err != nil {
		return &handlerError{err}
	}
	r.updateStats(func(s *Stats) { s.Gaps++ })
	return nil
}

// horizonDue is when the next horizon is to be asked for.
func (r *Reader) horizonDue() (time.Time, bool) {
	since, ok := r.tracker.horizonDue()
	if !ok {
		return time.Time{}, false
	}
	due := since.Add(r.cfg.HorizonWait)
	if earliest := r.lastHorizon.Add(r.cfg.HorizonWait); due.Before(earliest) {
		due = earliest
	}
	return due, true
}

// horizon asks the source for a horizon.
func (r *Reader) horizon(ctx context.Context) (horizon uint64, err error) {
	r.lastHorizon = time.Now()
	err = r.call(ctx, "asking for a horizon", func(ctx context.Context) (err error) {
		horizon, err = r.cfg.Source.Horizon(ctx)
		return err
	})
	if err == nil {
		r.updateStats(func(s *Stats) { s.Horizons++ })
	}
	return horizon, err
}

// waitForEvents waits until there may be something to read. While the pacer is
// busy the reader does not wait to be woken, since there is always something;
// it only keeps the pause.
func (r *Reader) waitForEvents(ctx context.Context) {
	if !r.pacer.Busy() && !r.waitForWake(ctx) {
		return
	}
	if pause := r.pacer.Pause() - time.Since(r.lastRead); pause > 0 {
		sleep(ctx, pause)
	}
	// Everything that woke the reader until now is seen by the next read.
	select {
	case <-r.wake:
	default:
	}
}

// waitForWake waits for a wake, for a horizon that is due, or for the time of
// the next poll. It answers false if ctx ended first.
func (r *Reader) waitForWake(ctx context.Context) bool {
	until := time.Now().Add(r.cfg.Poll)
	if due, ok := r.horizonDue(); ok && due.Before(until) {
		until = due
	}
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
	case <-r.wake:
	}
	return true
}

// fail logs an error of the source and waits. Wakes do not shorten the wait.
func (r *Reader) fail(ctx context.Context, err error) {
	if r.retry == 0 {
		r.cfg.Logger.WarnContext(ctx, "the event log cannot be read; trying again", "error", err)
	}
	r.retry = min(max(2*r.retry, retryFirst), retryLast)
	// Jitter, so that nodes that lost the same database do not come back as one.
	sleep(ctx, r.retry/2+rand.N(r.retry/2)) //nolint:gosec // nobody gains by guessing a pause
}

// call calls the source under its time limit and counts failures.
func (r *Reader) call(ctx context.Context, doing string, f func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, r.cfg.CallTimeout)
	defer cancel()
	err := f(limited)
	if err == nil {
		return nil
	}
	if ctx.Err() == nil {
		r.updateStats(func(s *Stats) {
			s.Errors++
			s.Failing = true
		})
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// watchSkipped warns once when many ids are missing.
func (r *Reader) watchSkipped(ctx context.Context) {
	switch skipped := r.tracker.skipped(); {
	case skipped > r.cfg.SkippedWarning && !r.warned:
		r.warned = true
		r.cfg.Logger.WarnContext(ctx, "a long transaction keeps many event ids open", "skipped", skipped)
	case skipped < r.cfg.SkippedWarning/2:
		r.warned = false
	}
}

// updateStats changes the counters, and copies the tracker's into them.
func (r *Reader) updateStats(change func(*Stats)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.stats)
	if t := r.tracker; t != nil {
		r.stats.Noticed, r.stats.Late, r.stats.GivenUp = t.noticed, t.filled, t.givenUp
		r.stats.Skipped, r.stats.Highest = t.skipped(), t.highest
	}
}

// sleep waits for d or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
