package api

import (
	"context"
	"errors"
	"fmt"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

var errNoTimelineOfChannel = clientError("No such channel.", "NO_SUCH_CHANNEL", "4d0eeeba-a02c-4c3c-9966-ef60d38d2e7f")

type channelTimelineParams struct {
	timelineParams
	channelParams
}

// channelsTimeline answers the notes in a community channel, to anybody, by
// the rules of the streaming channel of that name.
func channelsTimeline() endpoint {
	fields := append([]schema.Property{schema.Prop("channelId", schema.ID())}, datedPageFields()...)
	return define(meta{
		name:   "channels/timeline",
		params: schema.Object(append(fields, timelineFields("allowPartial")...)...).Require("channelId"),
		errors: []*Error{errNoTimelineOfChannel},
	}, func(ctx context.Context, c *Call, p channelTimelineParams) ([]protocol.Note, error) {
		ch, err := c.Store().CommunityChannel(ctx, p.ChannelID)
		if errors.Is(err, store.ErrNotFound) {
			return nil, errNoTimelineOfChannel
		}
		if err != nil {
			return nil, fmt.Errorf("looking up a community channel: %w", err)
		}
		return c.timeline(ctx, p.timelineParams.page(), func(ctx context.Context, page store.NotePage) ([]store.NoteID, error) {
			return c.Store().ChannelNoteIDs(ctx, ch.ID, page)
		}, visibility.Deliver)
	})
}
