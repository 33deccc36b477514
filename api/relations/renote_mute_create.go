package relations

import (
	"context"
	"notewire/api/action"
	"notewire/api/endpoint"
	"time"
)

var (
	errRenoteMuteNoSuchUser = endpoint.ClientError("No such user.", "NO_SUCH_USER", "5e0a5dff-1e94-4202-87ae-4d9c89eb2271").For(action.ErrNoSuchUser)
	errRenoteMuteYourself   = endpoint.ClientError("Mutee is yourself.", "MUTEE_IS_YOURSELF", "37285718-52f7-4aef-b7de-c38b8e8a8420").For(action.ErrYourself)
	errAlreadyRenoteMuting  = endpoint.ClientError("You are already muting that user.", "ALREADY_MUTING", "ccfecbe4-1f1c-4fc2-8a3d-c3ffee61cb7b").For(action.ErrAlreadyMuting)
)

// renoteMuteCreate mutes a user's pure renotes.
func renoteMuteCreate() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "renote-mute/create", Credential: true, Permission: "write:mutes",
		Limit:  &endpoint.Limit{Duration: time.Hour, Max: 20},
		Params: endpoint.UserSchema(),
		Errors: []*endpoint.Error{errRenoteMuteNoSuchUser, errRenoteMuteYourself, errAlreadyRenoteMuting},
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.UserParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.MuteRenotes(ctx, p.UserID)
	})
}
