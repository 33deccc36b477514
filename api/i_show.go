package api

import (
	"context"

	"notewire/protocol"
)

// iShow answers who is calling, as they see themself.
func iShow() endpoint {
	return define(meta{name: "i", credential: true, permission: "read:account"},
		func(ctx context.Context, c *Call, _ noParams) (protocol.MeDetailed, error) {
			return packMe(ctx, c.Store(), c.Packer(), c.Viewer(), c.Native())
		})
}
