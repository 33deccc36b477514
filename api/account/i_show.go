package account

import (
	"context"

	"notewire/api/endpoint"
	"notewire/protocol"
)

// iShow answers who is calling, as they see themself.
func iShow() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{Name: "i", Credential: true, Permission: "read:account"},
		func(ctx context.Context, c *endpoint.Call, _ endpoint.NoParams) (protocol.MeDetailed, error) {
			return c.PackMe(ctx, c.Viewer(), c.Native())
		})
}
