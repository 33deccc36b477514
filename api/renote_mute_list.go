package api

import (
	"context"
	"fmt"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

// renoteMuteList lists whose renotes who is calling mutes.
func renoteMuteList() endpoint {
	return define(meta{
		name: "renote-mute/list", credential: true, permission: "read:mutes",
		params: schema.Object(pageFields(30)...),
	}, func(ctx context.Context, c *Call, p pageParams) ([]protocol.RenoteMuting, error) {
		found, err := c.Store().RenoteMutes(ctx, c.ViewerID(), p.page())
		if err != nil {
			return nil, fmt.Errorf("listing renote mutes: %w", err)
		}
		return withProfiles(ctx, c, found, func(m *store.RenoteMute) store.UserID { return m.MuteeID }, c.Packer().PackRenoteMuting)
	})
}
