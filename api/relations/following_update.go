package relations

import (
	"context"
	"time"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
)

var (
	errFollowUpdateNoSuchUser   = endpoint.ClientError("No such user.", "NO_SUCH_USER", "14318698-f67e-492a-99da-5353a5ac52be").For(action.ErrNoSuchUser)
	errFollowUpdateYourself     = endpoint.ClientError("Followee is yourself.", "FOLLOWEE_IS_YOURSELF", "4c4cbaf9-962a-463b-8418-a5e365dbf2eb").For(action.ErrYourself)
	errFollowUpdateNotFollowing = endpoint.ClientError("You are not following that user.", "NOT_FOLLOWING", "b8dc75cf-1cb5-46c9-b14b-5f1ffbd782c9").For(action.ErrNotFollowing)
)

type followingUpdateParams struct {
	endpoint.UserParams
	Notify      *string `json:"notify"`
	WithReplies *bool   `json:"withReplies"`
}

// followingUpdate changes what a follow brings. It answers who is calling, as
// on Misskey.
func followingUpdate() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "following/update", Credential: true, Permission: "write:following",
		Limit:  &endpoint.Limit{Duration: time.Hour, Max: 100},
		Params: endpoint.UserSchema(schema.Prop("notify", schema.String().Enum("normal", action.FollowNotifyNone)), schema.Prop("withReplies", schema.Boolean())),
		Errors: []*endpoint.Error{errFollowUpdateNoSuchUser, errFollowUpdateYourself, errFollowUpdateNotFollowing},
	}, func(ctx context.Context, c *endpoint.Call, p followingUpdateParams) (protocol.UserLite, error) {
		return c.Packer().PackUserLite(c.Viewer()), c.UpdateFollow(ctx, p.UserID, p.WithReplies, p.Notify)
	})
}
