package account

import (
	"context"
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
)

type iChangePasswordParams struct {
	CurrentPassword string `json:"currentPassword"`
	NewPassword     string `json:"newPassword"`
}

// iChangePassword replaces the caller's password. Tokens and sessions stay, as
// on Misskey; i/regenerate-token is what ends them.
func iChangePassword() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "i/change-password", Credential: true, Secure: true,
		Params: schema.Object(schema.Prop("currentPassword", schema.String()), schema.Prop("newPassword", schema.String().NotEmpty()), schema.Prop("token", schema.String().OrNull())).
			Require("currentPassword", "newPassword"),
		Errors: []*endpoint.Error{errIncorrectPassword},
	}, func(ctx context.Context, c *endpoint.Call, p iChangePasswordParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.ChangePassword(ctx, p.CurrentPassword, p.NewPassword)
	})
}
