package action

import (
	"context"
	"errors"
	"fmt"
	"notewire/store"
)

// follow makes a follow or a request for one. Both users must be locked.
func (w *work) follow(ctx context.Context, me, other *store.User, withReplies bool) error {
	r, err := standing(ctx, w, me.ID, other.ID)
	switch {
	case err != nil:
		return err
	case r.IsFollowing:
		return ErrAlreadyFollowing
	case r.IsBlocking:
		return ErrBlocking
	case r.IsBlocked:
		return ErrBlocked
	}
	if err := w.dropRequest(ctx, me, other); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	// Those whom a locked account follows itself need not ask, if it wants so.
	asks := other.IsLocked || other.Settings.CarefulBot && me.IsBot
	if asks && (!other.Settings.AutoAcceptFollowed || !r.IsFollowed) {
		return w.request(ctx, me, other, withReplies)
	}
	if err := w.befriend(ctx, me, other, withReplies); err != nil {
		return err
	}
	return w.tellFollower(ctx, store.MainFollow, me, other.ID)
}

// request asks a user to be followed and tells them of it.
func (w *work) request(ctx context.Context, me, other *store.User, withReplies bool) error {
	err := w.CreateFollowRequest(ctx, &store.FollowRequest{
		ID: w.by.newID(), CreatedAt: w.by.Now, FollowerID: me.ID, FolloweeID: other.ID, WithReplies: withReplies,
	})
	if err != nil {
		return fmt.Errorf("writing a follow request: %w", err)
	}
	if other.Local() {
		if err := w.emitMain(ctx, other.ID, store.MainReceiveFollowRequest, w.by.Packer().PackUserLite(me)); err != nil {
			return err
		}
	}
	err = w.notify(ctx, store.Notification{UserID: other.ID, Type: store.NotifyReceiveFollowRequest, NotifierID: me.ID}, nil)
	if err != nil {
		return err
	}
	return w.tellRequests(ctx, other)
}

// dropRequest removes a follow request without a word. store.ErrNotFound:
// there is none.
func (w *work) dropRequest(ctx context.Context, follower, followee *store.User) error {
	if _, err := w.DeleteFollowRequest(ctx, follower.ID, followee.ID); err != nil {
		return fmt.Errorf("removing a follow request: %w", err)
	}
	return nil
}

// AcceptFollowRequest makes a follow of a request to the actor. It fails with
// ErrNoSuchUser or ErrNoFollowRequest.
func (a *Actor) AcceptFollowRequest(ctx context.Context, from store.UserID) error {
	return a.withUser(ctx, from, func(ctx context.Context, w *work, me, other *store.User) error {
		return w.acceptRequest(ctx, me, other)
	})
}

// CancelFollowRequest takes a request of the actor back. It answers the user who
// was asked. It fails with ErrNoSuchUser or ErrNoFollowRequest.
func (a *Actor) CancelFollowRequest(ctx context.Context, to store.UserID) (asked *store.User, err error) {
	err = a.withUser(ctx, to, func(ctx context.Context, w *work, me, other *store.User) error {
		asked = other
		err := w.dropRequest(ctx, me, other)
		if errors.Is(err, store.ErrNotFound) {
			return ErrNoFollowRequest
		}
		if err != nil {
			return err
		}
		return w.tellRequests(ctx, other)
	})
	return asked, err
}

// RejectFollowRequest removes a request to the actor. Who asked is told as if
// unfollowed; that there is no request is no error. It fails with ErrNoSuchUser.
func (a *Actor) RejectFollowRequest(ctx context.Context, from store.UserID) error {
	return a.withUser(ctx, from, func(ctx context.Context, w *work, me, other *store.User) error {
		err := w.dropRequest(ctx, other, me)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return w.tellFollower(ctx, store.MainUnfollow, other, me.ID)
	})
}

// acceptRequest makes a follow of other's request to me, and tells both.
func (w *work) acceptRequest(ctx context.Context, me, other *store.User) error {
	r, err := w.DeleteFollowRequest(ctx, other.ID, me.ID)
	if errors.Is(err, store.ErrNotFound) {
		return ErrNoFollowRequest
	}
	if err != nil {
		return fmt.Errorf("removing a follow request: %w", err)
	}
	if err := w.befriend(ctx, other, me, r.WithReplies); err != nil {
		return err
	}
	if err := w.tellRequests(ctx, me); err != nil {
		return err
	}
	return w.tellFollower(ctx, store.MainFollow, other, me.ID)
}

// acceptRequests accepts all requests to the actor: whoever unlocks their
// account lets in who waits. A transaction each, so that no lock is held while
// the next pair is waited for.
func (a *Actor) acceptRequests(ctx context.Context) error {
	page := store.Page{SinceID: "0", Limit: 100} // "0" is before all ids
	for {
		waiting, err := a.Store().FollowRequests(ctx, a.ViewerID(), page)
		if err != nil {
			return fmt.Errorf("listing follow requests: %w", err)
		}
		if len(waiting) == 0 {
			return nil
		}
		for _, r := range waiting {
			page.SinceID = r.ID
			err := a.withUser(ctx, r.FollowerID,
				func(ctx context.Context, w *work, me, other *store.User) error {
					return w.acceptRequest(ctx, me, other)
				})
			if err != nil && !errors.Is(err, ErrNoFollowRequest) && !errors.Is(err, ErrNoSuchUser) && !errors.Is(err, store.ErrConflict) {
				return err
			}
		}
	}
}
