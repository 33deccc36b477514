package api

import (
	"context"
	"fmt"
	"time"

	"notewire/store"
)

// How mutes that expire are swept: how late the end of one may be told at
// most, and how many one transaction ends.
const (
	muteInterval   = time.Second
	mutesAtOnce    = 200
	muteSweepFloor = 10 * time.Millisecond // of a wait, so that clocks that differ cannot make the loop spin
)

// endMutes ends mutes that expire, until ctx ends. It asks the database, not
// its own memory, so mutes that other nodes made end too.
func (s *Server) endMutes(ctx context.Context) {
	for {
		wait := muteInterval
		next, err := s.endMutesNow(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.Error("ending expired mutes failed", "err", err)
		}
		if err == nil && !next.IsZero() {
			wait = max(muteSweepFloor, min(wait, next.Sub(s.config.Now())))
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
