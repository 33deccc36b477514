package channels

import (
	"context"
	"notewire/api/action"
	"notewire/api/endpoint"
)

var errChannelUnfollowNoSuchChannel = endpoint.ClientError("No such channel.", "NO_SUCH_CHANNEL", "19959ee9-0153-4c51-bbd9-a98c49dc59d6").For(action.ErrNoSuchChannel)

// channelsUnfollow ends the follow of a community channel. That there is none
// is no error.
func channelsUnfollow() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "channels/unfollow", Credential: true, Permission: "write:channels",
		Params: channelSchema(),
		Errors: []*endpoint.Error{errChannelUnfollowNoSuchChannel},
	}, func(ctx context.Context, c *endpoint.Call, p channelParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.UnfollowChannel(ctx, p.ChannelID)
	})
}
