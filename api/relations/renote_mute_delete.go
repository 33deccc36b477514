package relations

import (
	"context"
	"notewire/api/action"
	"notewire/api/endpoint"
)

var (
	errRenoteUnmuteNoSuchUser = endpoint.ClientError("No such user.", "NO_SUCH_USER", "9b6728cf-638c-4aa1-bedb-e07d8101474d").For(action.ErrNoSuchUser)
	errRenoteUnmuteYourself   = endpoint.ClientError("Mutee is yourself.", "MUTEE_IS_YOURSELF", "619b1314-0850-4597-a242-e245f3da42af").For(action.ErrYourself)
	errNotRenoteMuting        = endpoint.ClientError("You are not muting that user.", "NOT_MUTING", "2e4ef874-8bf0-4b4b-b069-4598f6d05817").For(action.ErrNotMuting)
)

// renoteMuteDelete ends a mute of a user's pure renotes.
func renoteMuteDelete() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "renote-mute/delete", Credential: true, Permission: "write:mutes",
		Params: endpoint.UserSchema(),
		Errors: []*endpoint.Error{errRenoteUnmuteNoSuchUser, errRenoteUnmuteYourself, errNotRenoteMuting},
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.UserParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.UnmuteRenotes(ctx, p.UserID)
	})
}
