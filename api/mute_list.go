package api

import (
	"context"
	"fmt"
	"slices"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

// muteList lists whom who is calling mutes.
func muteList() endpoint {
	return define(meta{
		name: "mute/list", credential: true, permission: "read:mutes",
		params: schema.Object(pageFields(30)...),
	}, func(ctx context.Context, c *Call, p pageParams) ([]protocol.Muting, error) {
		found, err := c.Store().Mutes(ctx, c.ViewerID(), p.page())
		if err != nil {
			return nil, fmt.Errorf("listing mutes: %w", err)
		}
		// Those that have expired are swept a moment later.
		found = slices.DeleteFunc(found, func(m *store.Mute) bool { return expired(m, c.Now) })
		return withProfiles(ctx, c, found, func(m *store.Mute) store.UserID { return m.MuteeID }, c.Packer().PackMuting)
	})
}
