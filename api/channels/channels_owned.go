package channels

import (
	"context"
	"fmt"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
)

// channelsOwned lists the community channels of who is calling.
func channelsOwned() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "channels/owned", Credential: true, Permission: "read:channels",
		Params: schema.Object(endpoint.PageFields(5)...),
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.PageParams) ([]protocol.Channel, error) {
		found, err := c.Store().OwnedChannels(ctx, c.ViewerID(), p.Page())
		if err != nil {
			return nil, fmt.Errorf("listing community channels: %w", err)
		}
		return presentChannels(ctx, c, found)
	})
}
