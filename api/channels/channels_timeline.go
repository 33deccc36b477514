package channels

import (
	"context"
	"errors"
	"fmt"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

var errNoTimelineOfChannel = endpoint.ClientError("No such channel.", "NO_SUCH_CHANNEL", "4d0eeeba-a02c-4c3c-9966-ef60d38d2e7f")

type channelTimelineParams struct {
	endpoint.PageParams
	channelParams
}

// channelsTimeline answers the notes in a community channel, to anybody, by
// the rules of the streaming channel of that name.
func channelsTimeline() endpoint.Endpoint {
	fields := append([]schema.Property{schema.Prop("channelId", schema.ID())}, endpoint.DatedPageFields()...)
	return endpoint.Define(endpoint.Meta{
		Name:   "channels/timeline",
		Params: schema.Object(append(fields, schema.Prop("allowPartial", schema.Boolean().Default(false)))...).Require("channelId"),
		Errors: []*endpoint.Error{errNoTimelineOfChannel},
	}, func(ctx context.Context, c *endpoint.Call, p channelTimelineParams) ([]protocol.Note, error) {
		ch, err := c.Store().CommunityChannel(ctx, p.ChannelID)
		if errors.Is(err, store.ErrNotFound) {
			return nil, errNoTimelineOfChannel
		}
		if err != nil {
			return nil, fmt.Errorf("looking up a community channel: %w", err)
		}
		return c.Timeline(ctx, store.NotePage{Page: p.Page()}, func(ctx context.Context, page store.NotePage) ([]store.NoteID, error) {
			return c.Store().ChannelNoteIDs(ctx, ch.ID, page)
		}, visibility.Deliver)
	})
}
