package api

import (
	"context"
	"sync"
)

// Run does what nobody calls for, until ctx ends, and then answers nil: it
// sends the reminders of unread notifications, tells of polls that ended, and
// ends mutes that expire.
// It must run beside the handler; on several nodes it may run on each.
func (s *Server) Run(ctx context.Context) error {
	var parts sync.WaitGroup
	for _, part := range []func(context.Context){s.remind, s.endPolls, s.endMutes} {
		parts.Go(func() { part(ctx) })
	}
	parts.Wait()
	return nil
}
