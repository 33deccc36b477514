package api

import (
	"context"
	"errors"

	"notewire/protocol"
	"notewire/store"
)

var (
	errCancelNoSuchUser      = clientError("No such user.", "NO_SUCH_USER", "4e68c551-fc4c-4e46-bb41-7d4a37bf9dab")
	errFollowRequestNotFound = clientError("Follow request not found.", "FOLLOW_REQUEST_NOT_FOUND", "089b125b-d338-482a-9a09-e2622ac9f8d4")
)

// followingRequestsCancel takes a request of who is calling back.
func followingRequestsCancel() endpoint {
	return define(meta{
		name: "following/requests/cancel", credential: true, permission: "write:following",
		params: userSchema(),
		errors: []*Error{errCancelNoSuchUser, errFollowRequestNotFound},
	}, func(ctx context.Context, c *Call, p userParams) (lite protocol.UserLite, err error) {
		err = c.withUser(ctx, p.UserID, nil, errCancelNoSuchUser,
			func(ctx context.Context, w *Work, me, other *store.User) error {
				lite = c.Packer().PackUserLite(other)
				err := w.dropRequest(ctx, me, other)
				if errors.Is(err, store.ErrNotFound) {
					return errFollowRequestNotFound
				}
				if err != nil {
					return err
				}
				return w.tellRequests(ctx, other)
			})
		return lite, err
	})
}
