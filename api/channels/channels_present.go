package channels

import (
	"context"

	"notewire/api/endpoint"
	"notewire/protocol"
	"notewire/store"
)

// presentChannels packs community channels for who is calling, with their
// pinned notes.
func presentChannels(ctx context.Context, c *endpoint.Call, found []*store.CommunityChannel) ([]protocol.Channel, error) {
	out := make([]protocol.Channel, 0, len(found))
	for _, ch := range found {
		packed, err := presentChannel(ctx, c, ch)
		if err != nil {
			return nil, err
		}
		out = append(out, packed)
	}
	return out, nil
}

func presentChannel(ctx context.Context, c *endpoint.Call, ch *store.CommunityChannel) (protocol.Channel, error) {
	v, err := c.Visibility(ctx)
	if err != nil {
		return protocol.Channel{}, err
	}
	var following *bool
	if v != nil {
		follows := v.FollowsChannel(ch.ID)
		following = &follows
	}
	out := c.Packer().PackChannel(ch, following)
	out.PinnedNotes, err = c.LoadNotes(ctx, ch.PinnedNoteIDs)
	return out, err
}
