package account

import (
	"context"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
)

type miauthGenTokenParams struct {
	Session     *string  `json:"session"`
	Name        *string  `json:"name"`
	Description *string  `json:"description"`
	IconURL     *string  `json:"iconUrl"`
	Permission  []string `json:"permission"`
}

type miauthGenTokenAnswer struct {
	Token string `json:"token"`
}

// miauthGenToken makes an app token. Tools name permissions that this server
// does not know; they are kept, since they allow nothing.
func miauthGenToken() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "miauth/gen-token", Credential: true, Secure: true,
		Params: schema.Object(
			schema.Prop("session", schema.String().OrNull()),
			schema.Prop("name", schema.String().OrNull()),
			schema.Prop("description", schema.String().OrNull()),
			schema.Prop("iconUrl", schema.String().OrNull()),
			schema.Prop("permission", schema.Array(schema.String()).Unique()),
		).Require("session", "permission"),
	}, func(ctx context.Context, c *endpoint.Call, p miauthGenTokenParams) (miauthGenTokenAnswer, error) {
		token, err := c.CreateAppToken(ctx, action.NewAppToken{
			Name: endpoint.OrEmpty(p.Name), Description: endpoint.OrEmpty(p.Description), IconURL: endpoint.OrEmpty(p.IconURL),
			Session: endpoint.OrEmpty(p.Session), Permissions: p.Permission,
		})
		return miauthGenTokenAnswer{token}, err
	})
}
