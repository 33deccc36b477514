package api

import (
	"context"
	"fmt"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
)

// channelsOwned lists the community channels of who is calling.
func channelsOwned() endpoint {
	return define(meta{
		name: "channels/owned", credential: true, permission: "read:channels",
		params: schema.Object(pageFields(5)...),
	}, func(ctx context.Context, c *Call, p pageParams) ([]protocol.Channel, error) {
		found, err := c.Store().OwnedChannels(ctx, c.ViewerID(), p.page())
		if err != nil {
			return nil, fmt.Errorf("listing community channels: %w", err)
		}
		return c.presentChannels(ctx, found)
	})
}
