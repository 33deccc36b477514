package api

import (
	"context"
	"fmt"
	"notewire/api/endpoint/schema"
)

type iChangePasswordParams struct {
	CurrentPassword string `json:"currentPassword"`
	NewPassword     string `json:"newPassword"`
}

// iChangePassword replaces the caller's password. Tokens and sessions stay, as
// on Misskey; i/regenerate-token is what ends them.
func iChangePassword() endpoint {
	return define(meta{
		name: "i/change-password", credential: true, secure: true,
		params: schema.Object(schema.Prop("currentPassword", schema.String()), schema.Prop("newPassword", schema.String().NotEmpty()), schema.Prop("token", schema.String().OrNull())).
			Require("currentPassword", "newPassword"),
		errors: []*Error{errIncorrectPassword},
	}, func(ctx context.Context, c *Call, p iChangePasswordParams) (nothing, error) {
		if err := c.checkPassword(ctx, p.CurrentPassword); err != nil {
			return nothing{}, err
		}
		hash, err := c.server.passwords.Hash(ctx, p.NewPassword)
		if err != nil {
			return nothing{}, err
		}
		return nothing{}, c.Transact(ctx, func(ctx context.Context, w *Work) error {
			if err := w.SetPasswordHash(ctx, c.ViewerID(), hash); err != nil {
				return fmt.Errorf("replacing a password: %w", err)
			}
			return nil
		})
	})
}
