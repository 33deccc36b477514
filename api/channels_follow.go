package api

import (
	"context"
	"errors"
	"fmt"

	"notewire/store"
)

var errChannelFollowNoSuchChannel = clientError("No such channel.", "NO_SUCH_CHANNEL", "c0031718-d573-4e85-928e-10039f1fbb68")

// channelsFollow follows a community channel. Doing it twice is no error.
func channelsFollow() endpoint {
	return define(meta{
		name: "channels/follow", credential: true, permission: "write:channels",
		params: channelSchema(),
		errors: []*Error{errChannelFollowNoSuchChannel},
	}, func(ctx context.Context, c *Call, p channelParams) (nothing, error) {
		return nothing{}, c.Transact(ctx, func(ctx context.Context, w *Work) error {
			err := w.FollowChannel(ctx, &store.ChannelFollow{ID: c.NewID(), CreatedAt: c.Now, UserID: c.ViewerID(), ChannelID: p.ChannelID})
			switch {
			case errors.Is(err, store.ErrNotFound):
				return errChannelFollowNoSuchChannel
			case errors.Is(err, store.ErrConflict):
				return nil
			case err != nil:
				return fmt.Errorf("following a community channel: %w", err)
			}
			return w.EmitInternal(ctx, store.InternalFollowChannel, store.RelationChange{Actor: c.ViewerID(), ChannelID: p.ChannelID})
		})
	})
}
