package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

var errNoSuchChannelBanner = clientError("No such file.", "NO_SUCH_FILE", "cd1e9f3e-5a12-4ab4-96f6-5d0a2cc32050")

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
func channelsCreate() endpoint {
	return define(meta{
		name: "channels/create", credential: true, permission: "write:channels",
		limit: &limit{duration: time.Hour, max: 10},
		params: schema.Object(
			schema.Prop("name", schema.String().NotEmpty().MaxLength(128)),
			schema.Prop("description", schema.String().NotEmpty().MaxLength(2048).OrNull()),
			schema.Prop("bannerId", schema.ID().OrNull()),
			schema.Prop("color", schema.String().NotEmpty().MaxLength(16).Default(defaultChannelColor)),
			schema.Prop("isSensitive", schema.Boolean().OrNull()),
			schema.Prop("allowRenoteToExternal", schema.Boolean().OrNull()),
		).Require("name"),
		errors: []*Error{errNoSuchChannelBanner},
	}, func(ctx context.Context, c *Call, p channelsCreateParams) (protocol.Channel, error) {
		ch := &store.CommunityChannel{
			UserID: c.ViewerID(), Name: p.Name, Description: orEmpty(p.Description), Color: p.Color,
			IsSensitive:         p.IsSensitive != nil && *p.IsSensitive,
			AllowRenoteToExtern: p.AllowRenoteToExternal == nil || *p.AllowRenoteToExternal,
		}
		err := c.Transact(ctx, func(ctx context.Context, w *Work) error {
			ch.ID, ch.CreatedAt = c.NewID(), c.Now
			if p.BannerID != nil {
				f, err := w.File(ctx, *p.BannerID)
				if errors.Is(err, store.ErrNotFound) || err == nil && f.UserID != ch.UserID {
					return errNoSuchChannelBanner
				}
				if err != nil {
					return fmt.Errorf("looking up a banner: %w", err)
				}
				ch.BannerID, ch.BannerURL = f.ID, f.Key
			}
			if err := w.CreateCommunityChannel(ctx, ch); err != nil {
				return fmt.Errorf("writing a community channel: %w", err)
			}
			return nil
		})
		out := c.Packer().PackChannel(ch, new(bool))
		out.PinnedNotes = []protocol.Note{} // nothing is pinned yet
		return out, err
	})
}
