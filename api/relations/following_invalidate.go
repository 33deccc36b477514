package relations

import (
	"context"
	"time"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/protocol"
)

var (
	errInvalidateNoSuchUser = endpoint.ClientError("No such user.", "NO_SUCH_USER", "b77e6ae6-a3e5-40da-9cc8-c240115479cc").For(action.ErrNoSuchUser)
	errInvalidateYourself   = endpoint.ClientError("Follower is yourself.", "FOLLOWER_IS_YOURSELF", "07dc03b9-03da-422d-885b-438313707662").For(action.ErrYourself)
	errNotFollowed          = endpoint.ClientError("The other use is not following you.", "NOT_FOLLOWING", "918faac3-074f-41ae-9c43-ed5d2946770d").For(action.ErrNotFollowing)
)

// followingInvalidate sends a follower away. It answers who is calling, as on
// Misskey; the follower is told.
func followingInvalidate() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "following/invalidate", Credential: true, Permission: "write:following",
		Limit:  &endpoint.Limit{Duration: time.Hour, Max: 100},
		Params: endpoint.UserSchema(),
		Errors: []*endpoint.Error{errInvalidateNoSuchUser, errInvalidateYourself, errNotFollowed},
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.UserParams) (protocol.UserLite, error) {
		return c.Packer().PackUserLite(c.Viewer()), c.RemoveFollower(ctx, p.UserID)
	})
}
