package api

import (
	"context"
	"fmt"

	"notewire/api/endpoint/schema"
	"notewire/store"
)

type iRegenerateTokenParams struct {
	Password string `json:"password"`
}

// errIncorrectPassword is kinder than Misskey, which fails with 500.
var errIncorrectPassword = clientError("Incorrect password.", "INCORRECT_PASSWORD", "e54c1d7e-e7d6-4103-86b6-0a95069b4ad3")

// iRegenerateToken ends every native token of who is calling: they sign in
// anew. Open sessions are told, and then closed.
func iRegenerateToken() endpoint {
	return define(meta{
		name: "i/regenerate-token", credential: true, secure: true,
		params: schema.Object(schema.Prop("password", schema.String())).Require("password"),
		errors: []*Error{errIncorrectPassword},
	}, func(ctx context.Context, c *Call, p iRegenerateTokenParams) (nothing, error) {
		if err := c.checkPassword(ctx, p.Password); err != nil {
			return nothing{}, err
		}
		return nothing{}, c.Transact(ctx, func(ctx context.Context, w *Work) error {
			tokens, err := w.Tokens(ctx, c.ViewerID())
			if err != nil {
				return fmt.Errorf("listing tokens: %w", err)
			}
			var native []string
			for _, t := range tokens {
				if t.Native {
					native = append(native, t.ID)
				}
			}
			gone, err := w.DeleteTokens(ctx, c.ViewerID(), native...)
			if err != nil {
				return fmt.Errorf("revoking native tokens: %w", err)
			}
			// The order matters: the event must be written before the sockets close.
			if err := w.EmitMain(ctx, c.ViewerID(), store.MainMyTokenRegenerated, nil); err != nil {
				return err
			}
			return w.EmitInternal(ctx, store.InternalTokenRegenerated, store.Revocation{UserID: c.ViewerID(), TokenIDs: gone})
		})
	})
}
