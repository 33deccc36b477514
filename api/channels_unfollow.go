package api

import (
	"context"
	"errors"
	"fmt"

	"notewire/store"
)

var errChannelUnfollowNoSuchChannel = clientError("No such channel.", "NO_SUCH_CHANNEL", "19959ee9-0153-4c51-bbd9-a98c49dc59d6")

// channelsUnfollow ends the follow of a community channel. That there is none
// is no error.
func channelsUnfollow() endpoint {
	return define(meta{
		name: "channels/unfollow", credential: true, permission: "write:channels",
		params: channelSchema(),
		errors: []*Error{errChannelUnfollowNoSuchChannel},
	}, func(ctx context.Context, c *Call, p channelParams) (nothing, error) {
		return nothing{}, c.Transact(ctx, func(ctx context.Context, w *Work) error {
			if _, err := w.CommunityChannel(ctx, p.ChannelID); errors.Is(err, store.ErrNotFound) {
				return errChannelUnfollowNoSuchChannel
			} else if err != nil {
				return fmt.Errorf("looking up a community channel: %w", err)
			}
			err := w.UnfollowChannel(ctx, c.ViewerID(), p.ChannelID)
			if errors.Is(err, store.ErrNotFound) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("unfollowing a community channel: %w", err)
			}
			return w.EmitInternal(ctx, store.InternalUnfollowChannel, store.RelationChange{Actor: c.ViewerID(), ChannelID: p.ChannelID})
		})
	})
}
