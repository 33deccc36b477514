package account

import (
	"context"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
)

type iRevokeTokenParams struct {
	TokenID string  `json:"tokenId"`
	Token   *string `json:"token"`
}

// iRevokeToken ends an app token of who is calling, and the sessions that were
// opened with it. A token that is not theirs, or none, is passed over.
func iRevokeToken() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "i/revoke-token", Credential: true, Secure: true,
		Params: schema.Object(schema.Prop("tokenId", schema.ID()), schema.Prop("token", schema.String().OrNull())).
			AnyOf(schema.Object().Require("tokenId"), schema.Object().Require("token")),
	}, func(ctx context.Context, c *endpoint.Call, p iRevokeTokenParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.RevokeToken(ctx, p.TokenID, p.Token)
	})
}
