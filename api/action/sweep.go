package action

import (
	"context"
	"sync"
	"time"
)

// How what ends by itself is looked for: how late its end may be told at most,
// and the shortest wait, so that clocks that differ cannot make a loop spin.
const (
	sweepInterval = time.Second
	sweepFloor    = 10 * time.Millisecond
)

// Run does what nobody calls for, until ctx ends, and then answers nil: it
// sends the reminders of unread notifications, tells of polls that ended, and
// ends mutes that expire. It must run beside the handler; on several nodes it
// may run on each.
func (s *Service) Run(ctx context.Context) error {
	var parts sync.WaitGroup
	for _, part := range []func(context.Context){s.remind, s.endPolls, s.endMutes} {
		parts.Go(func() { part(ctx) })
	}
	parts.Wait()
	return nil
}

// sweep does what is due, again and again until ctx ends. due does all of it
// and answers when it is to be asked next; zero: nobody knows. It asks the
// database, not its own memory, so what other nodes made ends, too. doing is
// for the log.
func (s *Service) sweep(ctx context.Context, doing string, due func(ctx context.Context) (next time.Time, err error)) {
	for {
		wait := sweepInterval
		next, err := due(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.Error("a sweep failed", "doing", doing, "err", err)
		}
		if err == nil && !next.IsZero() {
			wait = max(sweepFloor, min(wait, next.Sub(s.config.Now())))
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}
