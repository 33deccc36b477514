package api

import (
	"context"
	"errors"
	"time"

	"notewire/protocol"
	"notewire/store"
)

var (
	errUnfollowNoSuchUser = clientError("No such user.", "NO_SUCH_USER", "5b12c78d-2b28-4dca-99d2-f56139b42ff8")
	errUnfollowYourself   = clientError("Followee is yourself.", "FOLLOWEE_IS_YOURSELF", "d9e400b9-36b0-4808-b1d8-79e707f1296c")
	errNotFollowing       = clientError("You are not following that user.", "NOT_FOLLOWING", "5dbf82f5-c92b-40b1-87d1-6c8c0741fd09")
)

// followingDelete ends a follow. Only who followed is told.
func followingDelete() endpoint {
	return define(meta{
		name: "following/delete", credential: true, permission: "write:following",
		limit:  &limit{duration: time.Hour, max: 100},
		params: userSchema(),
		errors: []*Error{errUnfollowNoSuchUser, errUnfollowYourself, errNotFollowing},
	}, func(ctx context.Context, c *Call, p userParams) (lite protocol.UserLite, err error) {
		err = c.withUser(ctx, p.UserID, errUnfollowYourself, errUnfollowNoSuchUser,
			func(ctx context.Context, w *Work, me, other *store.User) error {
				lite = c.Packer().PackUserLite(other)
				err := w.part(ctx, me, other)
				if errors.Is(err, store.ErrNotFound) {
					return errNotFollowing
				}
				return err
			})
		return lite, err
	})
}
