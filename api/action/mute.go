package action

import (
	"context"
	"errors"
	"fmt"
	"notewire/store"
	"time"
)

// Mute mutes a user, for ever or until an instant (zero: for ever). One that
// has passed already mutes nobody and is no error. It fails with ErrNoSuchUser,
// ErrYourself or ErrAlreadyMuting.
func (a *Actor) Mute(ctx context.Context, id store.UserID, until time.Time) error {
	return a.withOther(ctx, id, func(ctx context.Context, w *work, me, other *store.User) error {
		before, err := w.Mute(ctx, me.ID, other.ID)
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return fmt.Errorf("looking up a mute: %w", err)
		case !Expired(before, a.Now):
			return ErrAlreadyMuting
		}
		if !until.IsZero() && !until.After(a.Now) {
			return nil
		}
		m := &store.Mute{ID: a.newID(), CreatedAt: a.Now, MuterID: me.ID, MuteeID: other.ID, ExpiresAt: until}
		if err := w.CreateMute(ctx, m); err != nil {
			return fmt.Errorf("writing a mute: %w", err)
		}
		return w.emitInternal(ctx, store.InternalMute, store.RelationChange{Actor: me.ID, Target: other.ID})
	})
}

// Expired says whether a mute is over, whether it was swept or not.
func Expired(m *store.Mute, now time.Time) bool {
	return !m.ExpiresAt.IsZero() && !m.ExpiresAt.After(now)
}

// Unmute ends a mute. It fails with ErrNoSuchUser, ErrYourself or ErrNotMuting.
func (a *Actor) Unmute(ctx context.Context, id store.UserID) error {
	return a.withOther(ctx, id, func(ctx context.Context, w *work, me, other *store.User) error {
		_, err := w.DeleteMute(ctx, me.ID, other.ID)
		if errors.Is(err, store.ErrNotFound) {
			return ErrNotMuting
		}
		if err != nil {
			return fmt.Errorf("ending a mute: %w", err)
		}
		return w.emitInternal(ctx, store.InternalUnmute, store.RelationChange{Actor: me.ID, Target: other.ID})
	})
}

// MuteRenotes mutes a user's pure renotes. It fails with ErrNoSuchUser,
// ErrYourself or ErrAlreadyMuting.
func (a *Actor) MuteRenotes(ctx context.Context, id store.UserID) error {
	return a.withOther(ctx, id, func(ctx context.Context, w *work, me, other *store.User) error {
		err := w.CreateRenoteMute(ctx, &store.RenoteMute{ID: a.newID(), CreatedAt: a.Now, MuterID: me.ID, MuteeID: other.ID})
		if errors.Is(err, store.ErrConflict) {
			return ErrAlreadyMuting
		}
		if err != nil {
			return fmt.Errorf("writing a renote mute: %w", err)
		}
		return w.emitInternal(ctx, store.InternalRenoteMute, store.RelationChange{Actor: me.ID, Target: other.ID})
	})
}

// UnmuteRenotes lets a user's pure renotes through again. It fails with
// ErrNoSuchUser, ErrYourself or ErrNotMuting.
func (a *Actor) UnmuteRenotes(ctx context.Context, id store.UserID) error {
	return a.withOther(ctx, id, func(ctx context.Context, w *work, me, other *store.User) error {
		_, err := w.DeleteRenoteMute(ctx, me.ID, other.ID)
		if errors.Is(err, store.ErrNotFound) {
			return ErrNotMuting
		}
		if err != nil {
			return fmt.Errorf("ending a renote mute: %w", err)
		}
		return w.emitInternal(ctx, store.InternalRenoteUnmute, store.RelationChange{Actor: me.ID, Target: other.ID})
	})
}
