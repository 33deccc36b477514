package relations

import (
	"context"
	"time"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/protocol"
)

var (
	errBlockNoSuchUser = endpoint.ClientError("No such user.", "NO_SUCH_USER", "7cc4f851-e2f1-4621-9633-ec9e1d00c01e").For(action.ErrNoSuchUser)
	errBlockYourself   = endpoint.ClientError("Blockee is yourself.", "BLOCKEE_IS_YOURSELF", "88b19138-f28d-42c0-8499-6a31bbd0fdc6").For(action.ErrYourself)
	errAlreadyBlocking = endpoint.ClientError("You are already blocking that user.", "ALREADY_BLOCKING", "787fed64-acb9-464a-82eb-afbd745b9614").For(action.ErrAlreadyBlocking)
)

// blockingCreate blocks a user and ends what was between the two.
func blockingCreate() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "blocking/create", Credential: true, Permission: "write:blocks",
		Limit:  &endpoint.Limit{Duration: time.Hour, Max: 20},
		Params: endpoint.UserSchema(),
		Errors: []*endpoint.Error{errBlockNoSuchUser, errBlockYourself, errAlreadyBlocking},
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.UserParams) (protocol.UserDetailed, error) {
		return c.Block(ctx, p.UserID)
	})
}
