package api

import (
	"context"
	"fmt"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
)

// channelsFollowed lists the community channels that who is calling follows.
// The ids of its page are those of the follows, as on Misskey.
func channelsFollowed() endpoint {
	return define(meta{
		name: "channels/followed", credential: true, permission: "read:channels",
		params: schema.Object(pageFields(5)...),
	}, func(ctx context.Context, c *Call, p pageParams) ([]protocol.Channel, error) {
		found, err := c.Store().FollowedChannels(ctx, c.ViewerID(), p.page())
		if err != nil {
			return nil, fmt.Errorf("listing followed community channels: %w", err)
		}
		return c.presentChannels(ctx, found)
	})
}
