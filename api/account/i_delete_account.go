package account

import (
	"context"
	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
)

// errCannotDeleteYourself is what administrators are answered, as
// admin/accounts/delete answers it.
var errCannotDeleteYourself = endpoint.ClientError("Administrators cannot be deleted.", "CANNOT_DELETE_ADMINISTRATOR", "b5d1f0c4-91ce-4e0e-a9a7-1a4b8c9d2f35").For(action.ErrCannotDeleteAdmin)

type iDeleteAccountParams struct {
	Password string `json:"password"`
}

// iDeleteAccount deletes the caller's own account.
func iDeleteAccount() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "i/delete-account", Credential: true, Secure: true,
		Params: schema.Object(schema.Prop("password", schema.String()), schema.Prop("token", schema.String().OrNull())).Require("password"),
		Errors: []*endpoint.Error{errIncorrectPassword, errCannotDeleteYourself},
	}, func(ctx context.Context, c *endpoint.Call, p iDeleteAccountParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.DeleteOwnAccount(ctx, p.Password)
	})
}
