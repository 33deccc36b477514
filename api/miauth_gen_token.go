package api

import (
	"context"
	"fmt"

	"notewire/api/endpoint/schema"
	"notewire/store"
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
func miauthGenToken() endpoint {
	return define(meta{
		name: "miauth/gen-token", credential: true, secure: true,
		params: schema.Object(
			schema.Prop("session", schema.String().OrNull()),
			schema.Prop("name", schema.String().OrNull()),
			schema.Prop("description", schema.String().OrNull()),
			schema.Prop("iconUrl", schema.String().OrNull()),
			schema.Prop("permission", schema.Array(schema.String()).Unique()),
		).Require("session", "permission"),
	}, func(ctx context.Context, c *Call, p miauthGenTokenParams) (miauthGenTokenAnswer, error) {
		token := store.NewAppToken()
		err := c.Transact(ctx, func(ctx context.Context, w *Work) error {
			err := w.CreateToken(ctx, &store.AccessToken{
				ID: c.NewID(), UserID: c.ViewerID(), Hash: store.HashToken(token), CreatedAt: c.Now,
				Name: orEmpty(p.Name), Description: orEmpty(p.Description), IconURL: orEmpty(p.IconURL),
				Session: orEmpty(p.Session), Permissions: p.Permission,
			})
			if err != nil {
				return fmt.Errorf("creating an app token: %w", err)
			}
			return nil
		})
		return miauthGenTokenAnswer{token}, err
	})
}

// orEmpty is the string, or the empty one for null.
func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
