package api

import (
	"context"
	"errors"

	"notewire/store"
)

var errRejectNoSuchUser = clientError("No such user.", "NO_SUCH_USER", "abc2ffa6-25b2-4380-ba99-321ff3a94555")

// followingRequestsReject removes a request to who is calling. Who asked is
// told as if unfollowed; that there is no request is no error.
func followingRequestsReject() endpoint {
	return define(meta{
		name: "following/requests/reject", credential: true, permission: "write:following",
		params: userSchema(),
		errors: []*Error{errRejectNoSuchUser},
	}, func(ctx context.Context, c *Call, p userParams) (nothing, error) {
		return nothing{}, c.withUser(ctx, p.UserID, nil, errRejectNoSuchUser,
			func(ctx context.Context, w *Work, me, other *store.User) error {
				err := w.dropRequest(ctx, other, me)
				if errors.Is(err, store.ErrNotFound) {
					return nil
				}
				if err != nil {
					return err
				}
				return w.tellFollower(ctx, store.MainUnfollow, other, me.ID)
			})
	})
}
