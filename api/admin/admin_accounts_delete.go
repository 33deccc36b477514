package admin

import (
	"context"
	"notewire/api/endpoint"
)

// adminAccountsDelete deletes somebody's account.
func adminAccountsDelete() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "admin/accounts/delete", Credential: true, Admin: true, Permission: "write:admin:account",
		Params: endpoint.UserSchema(),
		Errors: []*endpoint.Error{errNoSuchUser, errCannotDeleteAdmin},
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.UserParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.DeleteUser(ctx, p.UserID)
	})
}
