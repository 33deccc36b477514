package account

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

type iAppsParams struct {
	Sort string `json:"sort"`
}

type app struct {
	ID         string   `json:"id"`
	Name       string   `json:"name,omitempty"`
	CreatedAt  string   `json:"createdAt"`
	LastUsedAt string   `json:"lastUsedAt,omitempty"`
	Permission []string `json:"permission"`
}

// iApps lists the app tokens of who is calling.
func iApps() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "i/apps", Credential: true, Secure: true,
		Params: schema.Object(schema.Prop("sort", schema.String().Enum("+createdAt", "-createdAt", "+lastUsedAt", "-lastUsedAt"))),
	}, func(ctx context.Context, c *endpoint.Call, p iAppsParams) ([]app, error) {
		tokens, err := c.Store().Tokens(ctx, c.ViewerID())
		if err != nil {
			return nil, fmt.Errorf("listing tokens: %w", err)
		}
		tokens = slices.DeleteFunc(tokens, func(t *store.AccessToken) bool { return t.Native })
		slices.SortStableFunc(tokens, func(a, b *store.AccessToken) int {
			switch p.Sort { // as on Misskey, plus means the newest first
			case "+createdAt":
				return cmp.Compare(b.ID, a.ID)
			case "+lastUsedAt":
				return b.LastUsedAt.Compare(a.LastUsedAt)
			case "-lastUsedAt":
				return a.LastUsedAt.Compare(b.LastUsedAt)
			default:
				return cmp.Compare(a.ID, b.ID)
			}
		})
		out := make([]app, len(tokens))
		for i, t := range tokens {
			out[i] = app{ID: t.ID, Name: t.Name, CreatedAt: protocol.FormatTime(t.CreatedAt), Permission: t.Permissions}
			if t.Permissions == nil {
				out[i].Permission = []string{}
			}
			if !t.LastUsedAt.IsZero() {
				out[i].LastUsedAt = protocol.FormatTime(t.LastUsedAt)
			}
		}
		return out, nil
	})
}
