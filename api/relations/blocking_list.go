package relations

import (
	"context"
	"fmt"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

// blockingList lists whom who is calling blocks.
func blockingList() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "blocking/list", Credential: true, Permission: "read:blocks",
		Params: schema.Object(endpoint.PageFields(30)...),
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.PageParams) ([]protocol.Blocking, error) {
		found, err := c.Store().Blocks(ctx, c.ViewerID(), p.Page())
		if err != nil {
			return nil, fmt.Errorf("listing blocks: %w", err)
		}
		return action.WithProfiles(ctx, c.Actor, found, func(b *store.Block) store.UserID { return b.BlockeeID }, c.Packer().PackBlocking)
	})
}
