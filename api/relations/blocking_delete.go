package relations

import (
	"context"
	"time"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/protocol"
)

var (
	errUnblockNoSuchUser = endpoint.ClientError("No such user.", "NO_SUCH_USER", "8621d8bf-c358-4303-a066-5ea78610eb3f").For(action.ErrNoSuchUser)
	errUnblockYourself   = endpoint.ClientError("Blockee is yourself.", "BLOCKEE_IS_YOURSELF", "06f6fac6-524b-473c-a354-e97a40ae6eac").For(action.ErrYourself)
	errNotBlocking       = endpoint.ClientError("You are not blocking that user.", "NOT_BLOCKING", "291b2efa-60c6-45c0-9f6a-045c8f9b02cd").For(action.ErrNotBlocking)
)

// blockingDelete ends a block. What the block ended does not come back.
func blockingDelete() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "blocking/delete", Credential: true, Permission: "write:blocks",
		Limit:  &endpoint.Limit{Duration: time.Hour, Max: 100},
		Params: endpoint.UserSchema(),
		Errors: []*endpoint.Error{errUnblockNoSuchUser, errUnblockYourself, errNotBlocking},
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.UserParams) (protocol.UserDetailed, error) {
		return c.Unblock(ctx, p.UserID)
	})
}
