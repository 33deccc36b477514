package channels

import (
	"context"
	"errors"
	"fmt"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

var errChannelShowNoSuchChannel = endpoint.ClientError("No such channel.", "NO_SUCH_CHANNEL", "6f6c314b-7486-4897-8966-c04a66a02923")

// channelParams are the params of what is done to one community channel.
type channelParams struct {
	ChannelID string `json:"channelId"`
}

func channelSchema() *schema.Schema {
	return schema.Object(schema.Prop("channelId", schema.ID())).Require("channelId")
}

// channelsShow answers a community channel with its pinned notes.
func channelsShow() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name:   "channels/show",
		Params: channelSchema(),
		Errors: []*endpoint.Error{errChannelShowNoSuchChannel},
	}, func(ctx context.Context, c *endpoint.Call, p channelParams) (protocol.Channel, error) {
		ch, err := c.Store().CommunityChannel(ctx, p.ChannelID)
		if errors.Is(err, store.ErrNotFound) {
			return protocol.Channel{}, errChannelShowNoSuchChannel
		}
		if err != nil {
			return protocol.Channel{}, fmt.Errorf("looking up a community channel: %w", err)
		}
		return presentChannel(ctx, c, ch)
	})
}
