package api

import (
	"context"
	"fmt"
	"slices"

	"notewire/api/endpoint/schema"
	"notewire/store"
)

type iRevokeTokenParams struct {
	TokenID string  `json:"tokenId"`
	Token   *string `json:"token"`
}

// iRevokeToken ends an app token of who is calling, and the sessions that were
// opened with it. A token that is not theirs, or none, is passed over.
func iRevokeToken() endpoint {
	return define(meta{
		name: "i/revoke-token", credential: true, secure: true,
		params: schema.Object(schema.Prop("tokenId", schema.ID()), schema.Prop("token", schema.String().OrNull())).
			AnyOf(schema.Object().Require("tokenId"), schema.Object().Require("token")),
	}, func(ctx context.Context, c *Call, p iRevokeTokenParams) (nothing, error) {
		return nothing{}, c.Transact(ctx, func(ctx context.Context, w *Work) error {
			tokens, err := w.Tokens(ctx, c.ViewerID())
			if err != nil {
				return fmt.Errorf("listing tokens: %w", err)
			}
			at := slices.IndexFunc(tokens, func(t *store.AccessToken) bool {
				if t.Native {
					return false
				}
				return t.ID == p.TokenID || p.TokenID == "" && p.Token != nil && t.Hash == store.HashToken(*p.Token)
			})
			if at < 0 {
				return nil
			}
			gone, err := w.DeleteTokens(ctx, c.ViewerID(), tokens[at].ID)
			if err != nil {
				return fmt.Errorf("revoking a token: %w", err)
			}
			return w.EmitInternal(ctx, store.InternalTokenRevoked, store.Revocation{UserID: c.ViewerID(), TokenIDs: gone})
		})
	})
}
