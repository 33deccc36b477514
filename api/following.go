package api

import (
	"context"
	"errors"
	"fmt"

	"notewire/api/endpoint/schema"
	"notewire/api/storage"
	"notewire/store"
)

// followNotifyNone is the notify of a follow that asks for no notifications.
const followNotifyNone = "none"

// userParams are the params of what is done to one user.
type userParams struct {
	UserID store.UserID `json:"userId"`
}

// userSchema is the schema of userParams, and of fields beside it.
func userSchema(more ...schema.Property) *schema.Schema {
	return schema.Object(append([]schema.Property{schema.Prop("userId", schema.ID())}, more...)...).Require("userId")
}

// withUser runs do in one transaction for the caller and another user, both as
// they are in it and locked, so that nothing else can be decided between the
// two meanwhile: a follow and a block at once would otherwise both be made. self
// is the answer where both are the same, missing where there is no such user.
func (c *Call) withUser(ctx context.Context, id store.UserID, self, missing *Error, do func(ctx context.Context, w *Work, me, other *store.User) error) error {
	if id == c.ViewerID() && self != nil {
		return self
	}
	return c.Transact(ctx, func(ctx context.Context, w *Work) error {
		me, other, err := lockPair(ctx, w, c.ViewerID(), id)
		if errors.Is(err, store.ErrNotFound) {
			return missing
		}
		if err != nil {
			return fmt.Errorf("locking two users: %w", err)
		}
		return do(ctx, w, me, other)
	})
}

// lockPair locks two users in the order of their ids, in which everybody does,
// and answers them in the order asked for.
func lockPair(ctx context.Context, w storage.AccountWriter, a, b store.UserID) (ua, ub *store.User, err error) {
	if b < a {
		ub, ua, err = lockPair(ctx, w, b, a)
		return ua, ub, err
	}
	if ua, err = w.UserForUpdate(ctx, a); err != nil {
		return nil, nil, err
	}
	if a == b {
		return ua, ua, nil
	}
	if ub, err = w.UserForUpdate(ctx, b); err != nil {
		return nil, nil, err
	}
	return ua, ub, nil
}

// standing is how two users stand, seen from one of them.
func standing(ctx context.Context, r storage.RelationReader, from, to store.UserID) (*store.RelationBetween, error) {
	between, err := r.RelationsBetween(ctx, from, []store.UserID{to})
	if err != nil {
		return nil, fmt.Errorf("looking up how two users stand: %w", err)
	}
	return between[0], nil
}

// befriend makes the follow and tells of it, in Misskey's order: who follows
// learns that it was accepted, even by accounts that accept everybody.
// store.ErrConflict: there is one already.
func (w *Work) befriend(ctx context.Context, follower, followee *store.User, withReplies bool) error {
	err := w.CreateFollow(ctx, &store.Follow{
		ID: w.call.NewID(), CreatedAt: w.call.Now, FollowerID: follower.ID, FolloweeID: followee.ID,
		WithReplies: withReplies, Notify: followNotifyNone,
	})
	if err != nil {
		return fmt.Errorf("writing a follow: %w", err)
	}
	err = w.EmitInternal(ctx, store.InternalFollow, store.RelationChange{Actor: follower.ID, Target: followee.ID, WithReplies: withReplies})
	if err != nil {
		return err
	}
	err = w.Notify(ctx, store.Notification{
		UserID: follower.ID, Type: store.NotifyFollowRequestAccepted, NotifierID: followee.ID,
		Message: followee.Settings.FollowedMessage,
	}, nil)
	if err != nil {
		return err
	}
	if followee.Local() {
		if err := w.EmitMain(ctx, followee.ID, store.MainFollowed, w.call.Packer().PackUserLite(follower)); err != nil {
			return err
		}
	}
	err = w.Notify(ctx, store.Notification{UserID: followee.ID, Type: store.NotifyFollow, NotifierID: follower.ID}, nil)
	if err != nil {
		return err
	}
	return nil
}

// tellFollower sends a follower the other's profile as it is now, as
// store.MainFollow or store.MainUnfollow.
func (w *Work) tellFollower(ctx context.Context, typ string, follower *store.User, followee store.UserID) error {
	if !follower.Local() {
		return nil
	}
	now, err := w.User(ctx, followee) // the counts have changed
	if err != nil {
		return fmt.Errorf("looking up a user: %w", err)
	}
	profile, err := profileFor(ctx, w, w.call.Packer(), follower.ID, now)
	if err != nil {
		return err
	}
	return w.EmitMain(ctx, follower.ID, typ, profile)
}

// tellRequests sends a user their own account as it is now, after the requests
// that wait for them have changed.
func (w *Work) tellRequests(ctx context.Context, u *store.User) error {
	if !u.Local() {
		return nil
	}
	now, err := w.User(ctx, u.ID)
	if err != nil {
		return fmt.Errorf("looking up a user: %w", err)
	}
	me, err := packMe(ctx, w, w.call.Packer(), now, false)
	if err != nil {
		return err
	}
	return w.EmitMain(ctx, u.ID, store.MainMeUpdated, me)
}

// part ends a follow and tells of it. store.ErrNotFound: there is none.
func (w *Work) part(ctx context.Context, follower, followee *store.User) error {
	if _, err := w.DeleteFollow(ctx, follower.ID, followee.ID); err != nil {
		return fmt.Errorf("ending a follow: %w", err)
	}
	err := w.EmitInternal(ctx, store.InternalUnfollow, store.RelationChange{Actor: follower.ID, Target: followee.ID})
	if err != nil {
		return err
	}
	return w.tellFollower(ctx, store.MainUnfollow, follower, followee.ID)
}
