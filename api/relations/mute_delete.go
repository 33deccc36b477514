package relations

import (
	"context"
	"notewire/api/action"
	"notewire/api/endpoint"
)

var (
	errUnmuteNoSuchUser = endpoint.ClientError("No such user.", "NO_SUCH_USER", "b851d00b-8ab1-4a56-8b1b-e24187cb48ef").For(action.ErrNoSuchUser)
	errUnmuteYourself   = endpoint.ClientError("Mutee is yourself.", "MUTEE_IS_YOURSELF", "f428b029-6b39-4d48-a1d2-cc1ae6dd5cf9").For(action.ErrYourself)
	errNotMuting        = endpoint.ClientError("You are not muting that user.", "NOT_MUTING", "5467d020-daa9-4553-81e1-135c0c35a96d").For(action.ErrNotMuting)
)

// muteDelete ends a mute.
func muteDelete() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "mute/delete", Credential: true, Permission: "write:mutes",
		Params: endpoint.UserSchema(),
		Errors: []*endpoint.Error{errUnmuteNoSuchUser, errUnmuteYourself, errNotMuting},
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.UserParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.Unmute(ctx, p.UserID)
	})
}
