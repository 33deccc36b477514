package relations

import (
	"context"
	"time"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/protocol"
)

var (
	errUnfollowNoSuchUser = endpoint.ClientError("No such user.", "NO_SUCH_USER", "5b12c78d-2b28-4dca-99d2-f56139b42ff8").For(action.ErrNoSuchUser)
	errUnfollowYourself   = endpoint.ClientError("Followee is yourself.", "FOLLOWEE_IS_YOURSELF", "d9e400b9-36b0-4808-b1d8-79e707f1296c").For(action.ErrYourself)
	errNotFollowing       = endpoint.ClientError("You are not following that user.", "NOT_FOLLOWING", "5dbf82f5-c92b-40b1-87d1-6c8c0741fd09").For(action.ErrNotFollowing)
)

// followingDelete ends a follow. Only who followed is told.
func followingDelete() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "following/delete", Credential: true, Permission: "write:following",
		Limit:  &endpoint.Limit{Duration: time.Hour, Max: 100},
		Params: endpoint.UserSchema(),
		Errors: []*endpoint.Error{errUnfollowNoSuchUser, errUnfollowYourself, errNotFollowing},
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.UserParams) (lite protocol.UserLite, err error) {
		u, err := c.Unfollow(ctx, p.UserID)
		if err != nil {
			return lite, err
		}
		return c.Packer().PackUserLite(u), nil
	})
}
