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
				return w.tellFollower(ctx, "follow", other, me.ID)
			})
	})
}
