package action

import (
	"context"
	"errors"
	"fmt"
	"notewire/store"
)

// NewCommunityChannel is what a community channel is made of.
type NewCommunityChannel struct {
	Name, Description   string
	BannerID            string // a file of the actor's drive; empty: none
	Color               string // as CSS writes it
	IsSensitive         bool   // its notes are kept out of its authors' profiles
	AllowRenoteToExtern bool   // its notes may be renoted outside of it
}

// CreateChannel makes a community channel of the actor. It fails with
// ErrNoSuchFile where the banner is no file of theirs.
func (a *Actor) CreateChannel(ctx context.Context, in NewCommunityChannel) (*store.CommunityChannel, error) {
	ch := &store.CommunityChannel{
		UserID: a.ViewerID(), Name: in.Name, Description: in.Description, Color: in.Color,
		IsSensitive: in.IsSensitive, AllowRenoteToExtern: in.AllowRenoteToExtern,
	}
	err := a.transact(ctx, func(ctx context.Context, w *work) error {
		ch.ID, ch.CreatedAt = a.newID(), a.Now
		if in.BannerID != "" {
			f, err := w.File(ctx, in.BannerID)
			if errors.Is(err, store.ErrNotFound) || err == nil && f.UserID != ch.UserID {
				return ErrNoSuchFile
			}
			if err != nil {
				return fmt.Errorf("looking up a banner: %w", err)
			}
			ch.BannerID, ch.BannerURL = f.ID, f.Key
		}
		if err := w.CreateCommunityChannel(ctx, ch); err != nil {
			return fmt.Errorf("writing a community channel: %w", err)
		}
		return nil
	})
	return ch, err
}

// FollowChannel follows a community channel. Doing it twice is no error. It
// fails with ErrNoSuchChannel.
func (a *Actor) FollowChannel(ctx context.Context, id string) error {
	return a.transact(ctx, func(ctx context.Context, w *work) error {
		err := w.FollowChannel(ctx, &store.ChannelFollow{ID: a.newID(), CreatedAt: a.Now, UserID: a.ViewerID(), ChannelID: id})
		switch {
		case errors.Is(err, store.ErrNotFound):
			return ErrNoSuchChannel
		case errors.Is(err, store.ErrConflict):
			return nil
		case err != nil:
			return fmt.Errorf("following a community channel: %w", err)
		}
		return w.emitInternal(ctx, store.InternalFollowChannel, store.RelationChange{Actor: a.ViewerID(), ChannelID: id})
	})
}

// UnfollowChannel ends the follow of a community channel. That there is none is
// no error. It fails with ErrNoSuchChannel.
func (a *Actor) UnfollowChannel(ctx context.Context, id string) error {
	return a.transact(ctx, func(ctx context.Context, w *work) error {
		if _, err := w.CommunityChannel(ctx, id); errors.Is(err, store.ErrNotFound) {
			return ErrNoSuchChannel
		} else if err != nil {
			return fmt.Errorf("looking up a community channel: %w", err)
		}
		err := w.UnfollowChannel(ctx, a.ViewerID(), id)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("unfollowing a community channel: %w", err)
		}
		return w.emitInternal(ctx, store.InternalUnfollowChannel, store.RelationChange{Actor: a.ViewerID(), ChannelID: id})
	})
}
