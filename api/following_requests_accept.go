package api

import (
	"context"
	"errors"
	"fmt"

	"notewire/store"
)

var (
	errAcceptNoSuchUser = clientError("No such user.", "NO_SUCH_USER", "66ce1645-d66c-46bb-8b79-96739af885bd")
	errNoFollowRequest  = clientError("No follow request.", "NO_FOLLOW_REQUEST", "bcde4f8b-0913-4614-8881-614e522fb041")
)

// followingRequestsAccept makes a follow of a request to who is calling.
func followingRequestsAccept() endpoint {
	return define(meta{
		name: "following/requests/accept", credential: true, permission: "write:following",
		params: userSchema(),
		errors: []*Error{errAcceptNoSuchUser, errNoFollowRequest},
	}, func(ctx context.Context, c *Call, p userParams) (nothing, error) {
		return nothing{}, c.withUser(ctx, p.UserID, nil, errAcceptNoSuchUser,
			func(ctx context.Context, w *Work, me, other *store.User) error {
				return w.acceptRequest(ctx, me, other)
			})
	})
}

// acceptRequest makes a follow of other's request to me, and tells both.
func (w *Work) acceptRequest(ctx context.Context, me, other *store.User) error {
	r, err := w.DeleteFollowRequest(ctx, other.ID, me.ID)
	if errors.Is(err, store.ErrNotFound) {
		return errNoFollowRequest
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

// acceptRequests accepts all requests to who is calling: whoever unlocks their
// account lets in who waits. A transaction each, so that no lock is held while
// the next pair is waited for.
func (c *Call) acceptRequests(ctx context.Context) error {
	page := store.Page{SinceID: "0", Limit: 100} // "0" is before all ids
	for {
		waiting, err := c.Store().FollowRequests(ctx, c.ViewerID(), page)
		if err != nil {
			return fmt.Errorf("listing follow requests: %w", err)
		}
		if len(waiting) == 0 {
			return nil
		}
		for _, r := range waiting {
			page.SinceID = r.ID
			err := c.withUser(ctx, r.FollowerID, nil, errNoFollowRequest,
				func(ctx context.Context, w *Work, me, other *store.User) error {
					return w.acceptRequest(ctx, me, other)
				})
			if err != nil && !errors.Is(err, errNoFollowRequest) && !errors.Is(err, store.ErrConflict) {
				return err
			}
		}
	}
}
