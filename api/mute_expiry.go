package api

import (
	"context"
	"fmt"
	"time"

	"notewire/store"
)

// mutesAtOnce is how many mutes one transaction ends.
const mutesAtOnce = 200

// endMutes ends mutes that expire, until ctx ends.
func (s *Server) endMutes(ctx context.Context) {
	s.sweep(ctx, "ending expired mutes", s.endMutesNow)
}

// endMutesNow ends all mutes that have expired and tells of each, so that
// connections go on with the next note. Which node does it is decided by the store:
// each end is told once, in the transaction that makes it. It answers when the
// next mute expires; zero: none does.
func (s *Server) endMutesNow(ctx context.Context) (next time.Time, err error) {
	for {
		// A look first: there is hardly ever anything to write.
		next, err := s.config.Store.NextMuteExpiry(ctx)
		if err != nil {
			return time.Time{}, fmt.Errorf("looking for expired mutes: %w", err)
		}
		now := s.config.Now()
		if next.IsZero() || next.After(now) {
			return next, nil
		}
		if err := s.endSomeMutes(ctx, now); err != nil {
			return time.Time{}, err
		}
	}
}

func (s *Server) endSomeMutes(ctx context.Context, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, s.config.RequestTimeout)
	defer cancel()
	c := &Call{Now: now, server: s}
	return c.Transact(ctx, func(ctx context.Context, w *Work) error {
		ended, err := w.TakeExpiredMutes(ctx, now, mutesAtOnce)
		if err != nil {
			return fmt.Errorf("ending expired mutes: %w", err)
		}
		for _, m := range ended {
			err := w.EmitInternal(ctx, store.InternalUnmute, store.RelationChange{Actor: m.MuterID, Target: m.MuteeID})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
