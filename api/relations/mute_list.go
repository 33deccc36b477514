package relations

import (
	"context"
	"fmt"
	"slices"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

// muteList lists whom who is calling mutes.
func muteList() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "mute/list", Credential: true, Permission: "read:mutes",
		Params: schema.Object(endpoint.PageFields(30)...),
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.PageParams) ([]protocol.Muting, error) {
		found, err := c.Store().Mutes(ctx, c.ViewerID(), p.Page())
		if err != nil {
			return nil, fmt.Errorf("listing mutes: %w", err)
		}
		// Those that have expired are swept a moment later.
		found = slices.DeleteFunc(found, func(m *store.Mute) bool { return action.Expired(m, c.Now) })
		return action.WithProfiles(ctx, c.Actor, found, func(m *store.Mute) store.UserID { return m.MuteeID }, c.Packer().PackMuting)
	})
}
