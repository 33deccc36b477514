package relations

import (
	"context"
	"fmt"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

// renoteMuteList lists whose renotes who is calling mutes.
func renoteMuteList() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "renote-mute/list", Credential: true, Permission: "read:mutes",
		Params: schema.Object(endpoint.PageFields(30)...),
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.PageParams) ([]protocol.RenoteMuting, error) {
		found, err := c.Store().RenoteMutes(ctx, c.ViewerID(), p.Page())
		if err != nil {
			return nil, fmt.Errorf("listing renote mutes: %w", err)
		}
		return action.WithProfiles(ctx, c.Actor, found, func(m *store.RenoteMute) store.UserID { return m.MuteeID }, c.Packer().PackRenoteMuting)
	})
}
