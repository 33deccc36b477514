package action

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"notewire/store"
)

// mutesAtOnce is how many mutes one transaction ends.
const mutesAtOnce = 200

// endMutes ends mutes that expire, until ctx ends.
func (s *Service) endMutes(ctx context.Context) {
	s.sweep(ctx, "ending expired mutes", s.EndMutes)
}

// EndMutes ends all mutes that have expired and tells of each, so that
// connections go on with the next note. Which node does it is decided by the store:
// each end is told once, in the transaction that makes it. It answers when the
// next mute expires; zero: none does.
func (s *Service) EndMutes(ctx context.Context) (next time.Time, err error) {
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

func (s *Service) endSomeMutes(ctx context.Context, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	a := s.Actor(nil, netip.Addr{})
	return a.transact(ctx, func(ctx context.Context, w *work) error {
		ended, err := w.TakeExpiredMutes(ctx, now, mutesAtOnce)
		if err != nil {
			return fmt.Errorf("ending expired mutes: %w", err)
		}
		for _, m := range ended {
			err := w.emitInternal(ctx, store.InternalUnmute, store.RelationChange{Actor: m.MuterID, Target: m.MuteeID})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
