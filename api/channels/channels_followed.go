package channels

import (
	"context"
	"fmt"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
)

// channelsFollowed lists the community channels that who is calling follows.
// The ids of its page are those of the follows, as on Misskey.
func channelsFollowed() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "channels/followed", Credential: true, Permission: "read:channels",
		Params: schema.Object(endpoint.PageFields(5)...),
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.PageParams) ([]protocol.Channel, error) {
		found, err := c.Store().FollowedChannels(ctx, c.ViewerID(), p.Page())
		if err != nil {
			return nil, fmt.Errorf("listing followed community channels: %w", err)
		}
		return presentChannels(ctx, c, found)
	})
}
