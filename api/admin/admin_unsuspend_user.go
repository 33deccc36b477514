package admin

import (
	"context"
	"notewire/api/endpoint"
)

// adminUnsuspendUser lets a suspended account in again, with the tokens that
// it had.
func adminUnsuspendUser() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "admin/unsuspend-user", Credential: true, Moderator: true, Permission: "write:admin:unsuspend-user",
		Params: endpoint.UserSchema(),
		Errors: []*endpoint.Error{errNoSuchUser},
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.UserParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.UnsuspendUser(ctx, p.UserID)
	})
}
