package action

import (
	"context"
	"errors"
	"fmt"

	"notewire/api/storage"
	"notewire/store"
)

// FollowNotifyNone is the notify of a follow that asks for no notifications.
const FollowNotifyNone = "none"

// withUser runs do in one transaction for the actor and another user, both as
// they are in it and locked, so that nothing else can be decided between the
// two meanwhile: a follow and a block at once would otherwise both be made. It
// fails with ErrNoSuchUser where there is no such user.
func (a *Actor) withUser(ctx context.Context, id store.UserID, do func(ctx context.Context, w *work, me, other *store.User) error) error {
	return a.transact(ctx, func(ctx context.Context, w *work) error {
		me, other, err := lockPair(ctx, w, a.ViewerID(), id)
		if errors.Is(err, store.ErrNotFound) {
			return ErrNoSuchUser
		}
		if err != nil {
			return fmt.Errorf("locking two users: %w", err)
		}
		return do(ctx, w, me, other)
	})
}

// withOther is withUser for what nobody does to themself: ErrYourself.
func (a *Actor) withOther(ctx context.Context, id store.UserID, do func(ctx context.Context, w *work, me, other *store.User) error) error {
	if id == a.ViewerID() {
		return ErrYourself
	}
	return a.withUser(ctx, id, do)
}

// Follows says whether the actor follows a user.
func (a *Actor) Follows(ctx context.Context, id store.UserID) (bool, error) {
	r, err := standing(ctx, a.Store(), a.ViewerID(), id)
	if err != nil {
		return false, err
	}
	return r.IsFollowing, nil
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
func (w *work) befriend(ctx context.Context, follower, followee *store.User, withReplies bool) error {
	err := w.CreateFollow(ctx, &store.Follow{
		ID: w.by.newID(), CreatedAt: w.by.Now, FollowerID: follower.ID, FolloweeID: followee.ID,
		WithReplies: withReplies, Notify: FollowNotifyNone,
	})
	if err != nil {
		return fmt.Errorf("writing a follow: %w", err)
	}
	err = w.emitInternal(ctx, store.InternalFollow, store.RelationChange{Actor: follower.ID, Target: followee.ID, WithReplies: withReplies})
	if err != nil {
		return err
	}
	err = w.notify(ctx, store.Notification{
		UserID: follower.ID, Type: store.NotifyFollowRequestAccepted, NotifierID: followee.ID,
		Message: followee.Settings.FollowedMessage,
	}, nil)
	if err != nil {
		return err
	}
	if followee.Local() {
		if err := w.emitMain(ctx, followee.ID, store.MainFollowed, w.by.Packer().PackUserLite(follower)); err != nil {
			return err
		}
	}
	err = w.notify(ctx, store.Notification{UserID: followee.ID, Type: store.NotifyFollow, NotifierID: follower.ID}, nil)
	if err != nil {
		return err
	}
	return nil
}

// tellFollower sends a follower the other's profile as it is now, as
// store.MainFollow or store.MainUnfollow.
func (w *work) tellFollower(ctx context.Context, typ string, follower *store.User, followee store.UserID) error {
	if !follower.Local() {
		return nil
	}
	now, err := w.User(ctx, followee) // the counts have changed
	if err != nil {
		return fmt.Errorf("looking up a user: %w", err)
	}
	profile, err := profileFor(ctx, w, w.by.Packer(), follower.ID, now)
	if err != nil {
		return err
	}
	return w.emitMain(ctx, follower.ID, typ, profile)
}

// tellRequests sends a user their own account as it is now, after the requests
// that wait for them have changed.
func (w *work) tellRequests(ctx context.Context, u *store.User) error {
	if !u.Local() {
		return nil
	}
	now, err := w.User(ctx, u.ID)
	if err != nil {
		return fmt.Errorf("looking up a user: %w", err)
	}
	me, err := packMe(ctx, w, w.by.Packer(), now, false)
	if err != nil {
		return err
	}
	return w.emitMain(ctx, u.ID, store.MainMeUpdated, me)
}

// part ends a follow and tells of it. store.ErrNotFound: there is none.
func (w *work) part(ctx context.Context, follower, followee *store.User) error {
	if _, err := w.DeleteFollow(ctx, follower.ID, followee.ID); err != nil {
		return fmt.Errorf("ending a follow: %w", err)
	}
	err := w.emitInternal(ctx, store.InternalUnfollow, store.RelationChange{Actor: follower.ID, Target: followee.ID})
	if err != nil {
		return err
	}
	return w.tellFollower(ctx, store.MainUnfollow, follower, followee.ID)
}

// Follow follows a user, or asks one whose account is locked; a request that
// waits already is made anew. It answers the user. It fails with ErrNoSuchUser,
// ErrYourself, ErrAlreadyFollowing, ErrBlocking or ErrBlocked.
func (a *Actor) Follow(ctx context.Context, id store.UserID, withReplies bool) (followee *store.User, err error) {
	err = a.withOther(ctx, id, func(ctx context.Context, w *work, me, other *store.User) error {
		followee = other
		return w.follow(ctx, me, other, withReplies)
	})
	return followee, err
}

// Unfollow ends a follow. Only the actor is told. It answers the user. It fails
// with ErrNoSuchUser, ErrYourself or ErrNotFollowing.
func (a *Actor) Unfollow(ctx context.Context, id store.UserID) (followee *store.User, err error) {
	err = a.withOther(ctx, id, func(ctx context.Context, w *work, me, other *store.User) error {
		followee = other
		return ended(w.part(ctx, me, other))
	})
	return followee, err
}

// RemoveFollower sends a follower away, who is told. It fails with
// ErrNoSuchUser, ErrYourself or ErrNotFollowing.
func (a *Actor) RemoveFollower(ctx context.Context, id store.UserID) error {
	return a.withOther(ctx, id, func(ctx context.Context, w *work, me, other *store.User) error {
		return ended(w.part(ctx, other, me))
	})
}

// ended is the error of ending a follow.
func ended(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return ErrNotFollowing
	}
	return err
}

// UpdateFollow changes what a follow brings; nil leaves a setting as it is. It
// fails with ErrNoSuchUser, ErrYourself or ErrNotFollowing.
func (a *Actor) UpdateFollow(ctx context.Context, id store.UserID, withReplies *bool, notify *string) error {
	return a.withOther(ctx, id, func(ctx context.Context, w *work, me, other *store.User) error {
		f, err := w.Tx.UpdateFollow(ctx, me.ID, other.ID, withReplies, notify)
		if errors.Is(err, store.ErrNotFound) {
			return ErrNotFollowing
		}
		if err != nil {
			return fmt.Errorf("changing a follow: %w", err)
		}
		return w.emitInternal(ctx, store.InternalFollow,
			store.RelationChange{Actor: me.ID, Target: other.ID, WithReplies: f.WithReplies})
	})
}
