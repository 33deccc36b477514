package channels

import (
	"context"
	"notewire/api/action"
	"notewire/api/endpoint"
)

var errChannelFollowNoSuchChannel = endpoint.ClientError("No such channel.", "NO_SUCH_CHANNEL", "c0031718-d573-4e85-928e-10039f1fbb68").For(action.ErrNoSuchChannel)

// channelsFollow follows a community channel. Doing it twice is no error.
func channelsFollow() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "channels/follow", Credential: true, Permission: "write:channels",
		Params: channelSchema(),
		Errors: []*endpoint.Error{errChannelFollowNoSuchChannel},
	}, func(ctx context.Context, c *endpoint.Call, p channelParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.FollowChannel(ctx, p.ChannelID)
	})
}
