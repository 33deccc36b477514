package api

import (
	"context"
	"fmt"
	"notewire/api/endpoint/schema"
)

type iDeleteAccountParams struct {
	Password string `json:"password"`
}

// iDeleteAccount deletes the caller's own account; see Work.deleteAccount.
func iDeleteAccount() endpoint {
	return define(meta{
		name: "i/delete-account", credential: true, secure: true,
		params: schema.Object(schema.Prop("password", schema.String()), schema.Prop("token", schema.String().OrNull())).Require("password"),
		errors: []*Error{errIncorrectPassword, errCannotDeleteAdmin},
	}, func(ctx context.Context, c *Call, p iDeleteAccountParams) (nothing, error) {
		if err := c.checkPassword(ctx, p.Password); err != nil {
			return nothing{}, err
		}
		return nothing{}, c.Transact(ctx, func(ctx context.Context, w *Work) error {
			u, err := w.UserForUpdate(ctx, c.ViewerID())
			if err != nil {
				return fmt.Errorf("reading the account: %w", err)
			}
			return w.deleteAccount(ctx, u)
		})
	})
}
