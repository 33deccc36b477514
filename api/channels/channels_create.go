package channels

import (
	"context"
	"time"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
)

var errNoSuchChannelBanner = endpoint.ClientError("No such file.", "NO_SUCH_FILE", "cd1e9f3e-5a12-4ab4-96f6-5d0a2cc32050").For(action.ErrNoSuchFile)

// defaultChannelColor is Misskey's.
const defaultChannelColor = "#86b300"

type channelsCreateParams struct {
	Name                  string  `json:"name"`
	Description           *string `json:"description"`
	BannerID              *string `json:"bannerId"`
	Color                 string  `json:"color"`
	IsSensitive           *bool   `json:"isSensitive"`
	AllowRenoteToExternal *bool   `json:"allowRenoteToExternal"`
}

// channelsCreate makes a community channel of who is calling.
func channelsCreate() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "channels/create", Credential: true, Permission: "write:channels",
		Limit: &endpoint.Limit{Duration: time.Hour, Max: 10},
		Params: schema.Object(
			schema.Prop("name", schema.String().NotEmpty().MaxLength(128)),
			schema.Prop("description", schema.String().NotEmpty().MaxLength(2048).OrNull()),
			schema.Prop("bannerId", schema.ID().OrNull()),
			schema.Prop("color", schema.String().NotEmpty().MaxLength(16).Default(defaultChannelColor)),
			schema.Prop("isSensitive", schema.Boolean().OrNull()),
			schema.Prop("allowRenoteToExternal", schema.Boolean().OrNull()),
		).Require("name"),
		Errors: []*endpoint.Error{errNoSuchChannelBanner},
	}, func(ctx context.Context, c *endpoint.Call, p channelsCreateParams) (protocol.Channel, error) {
		ch, err := c.CreateChannel(ctx, action.NewCommunityChannel{
			Name: p.Name, Description: endpoint.OrEmpty(p.Description), BannerID: endpoint.OrEmpty(p.BannerID), Color: p.Color,
			IsSensitive:         p.IsSensitive != nil && *p.IsSensitive,
			AllowRenoteToExtern: p.AllowRenoteToExternal == nil || *p.AllowRenoteToExternal,
		})
		if err != nil {
			return protocol.Channel{}, err
		}
		out := c.Packer().PackChannel(ch, new(bool))
		out.PinnedNotes = []protocol.Note{} // nothing is pinned yet
		return out, nil
	})
}
