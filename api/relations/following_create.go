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
	errFollowNoSuchUser = endpoint.ClientError("No such user.", "NO_SUCH_USER", "fcd2eef9-a9b2-4c4f-8624-038099e90aa5").For(action.ErrNoSuchUser)
	errFollowYourself   = endpoint.ClientError("Followee is yourself.", "FOLLOWEE_IS_YOURSELF", "26fbe7bb-a331-4857-af17-205b426669a9").For(action.ErrYourself)
	errAlreadyFollowing = endpoint.ClientError("You are already following that user.", "ALREADY_FOLLOWING", "35387507-38c7-4cb9-9197-300b93783fa0").For(action.ErrAlreadyFollowing)
	errFollowBlocking   = endpoint.ClientError("You are blocking that user.", "BLOCKING", "4e2206ec-aa4f-4960-b865-6c23ac38e2d9").For(action.ErrBlocking)
	errFollowBlocked    = endpoint.ClientError("You are blocked by that user.", "BLOCKED", "c4ab57cc-4e41-45e9-bfd9-584f61e35ce0").For(action.ErrBlocked)
)

type followingCreateParams struct {
	endpoint.UserParams
	WithReplies bool `json:"withReplies"`
}

// followingCreate follows a user, or asks one whose account is locked. A
// request that waits already is made anew.
func followingCreate() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "following/create", Credential: true, Permission: "write:following",
		Limit:  &endpoint.Limit{Duration: time.Hour, Max: 100},
		Params: endpoint.UserSchema(schema.Prop("withReplies", schema.Boolean())),
		Errors: []*endpoint.Error{errFollowNoSuchUser, errFollowYourself, errAlreadyFollowing, errFollowBlocking, errFollowBlocked},
	}, func(ctx context.Context, c *endpoint.Call, p followingCreateParams) (lite protocol.UserLite, err error) {
		u, err := c.Follow(ctx, p.UserID, p.WithReplies)
		if err != nil {
			return lite, err
		}
		return c.Packer().PackUserLite(u), nil
	})
}
