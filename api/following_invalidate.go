package api

import (
	"context"
	"errors"
	"time"

	"notewire/protocol"
	"notewire/store"
)

var (
	errInvalidateNoSuchUser = clientError("No such user.", "NO_SUCH_USER", "b77e6ae6-a3e5-40da-9cc8-c240115479cc")
	errInvalidateYourself   = clientError("Follower is yourself.", "FOLLOWER_IS_YOURSELF", "07dc03b9-03da-422d-885b-438313707662")
	errNotFollowed          = clientError("The other use is not following you.", "NOT_FOLLOWING", "918faac3-074f-41ae-9c43-ed5d2946770d")
)

// followingInvalidate sends a follower away. It answers who is calling, as on
// Misskey; the follower is told.
func followingInvalidate() endpoint {
	return define(meta{
		name: "following/invalidate", credential: true, permission: "write:following",
		limit:  &limit{duration: time.Hour, max: 100},
		params: userSchema(),
		errors: []*Error{errInvalidateNoSuchUser, errInvalidateYourself, errNotFollowed},
	}, func(ctx context.Context, c *Call, p userParams) (lite protocol.UserLite, err error) {
		err = c.withUser(ctx, p.UserID, errInvalidateYourself, errInvalidateNoSuchUser,
			func(ctx context.Context, w *Work, me, other *store.User) error {
				lite = c.Packer().PackUserLite(me)
				err := w.part(ctx, other, me)
				if errors.Is(err, store.ErrNotFound) {
					return errNotFollowed
				}
				return err
			})
		return lite, err
	})
}
