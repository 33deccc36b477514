package admin

import (
	"context"
	"notewire/api/endpoint"
)

// adminSuspendUser shuts an account out: its sessions end, its tokens are
// refused. Nobody can suspend a moderator or an administrator.
func adminSuspendUser() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "admin/suspend-user", Credential: true, Moderator: true, Permission: "write:admin:suspend-user",
		Params: endpoint.UserSchema(),
		Errors: []*endpoint.Error{errNoSuchUser, errCannotSuspendStaff},
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.UserParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.SuspendUser(ctx, p.UserID)
	})
}
