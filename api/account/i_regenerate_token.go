package account

import (
	"context"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
)

type iRegenerateTokenParams struct {
	Password string `json:"password"`
}

// errIncorrectPassword is kinder than Misskey, which fails with 500.
var errIncorrectPassword = endpoint.ClientError("Incorrect password.", "INCORRECT_PASSWORD", "e54c1d7e-e7d6-4103-86b6-0a95069b4ad3").For(action.ErrIncorrectPassword)

// iRegenerateToken ends every native token of who is calling: they sign in
// anew. Open sessions are told, and then closed.
func iRegenerateToken() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "i/regenerate-token", Credential: true, Secure: true,
		Params: schema.Object(schema.Prop("password", schema.String())).Require("password"),
		Errors: []*endpoint.Error{errIncorrectPassword},
	}, func(ctx context.Context, c *endpoint.Call, p iRegenerateTokenParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.RegenerateToken(ctx, p.Password)
	})
}
