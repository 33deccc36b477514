package api

import (
	"context"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

type mentionListParams struct {
	pageParams
	Following  bool             `json:"following"`
	Visibility store.Visibility `json:"visibility"`
}

// notesMentions answers the notes that mention the viewer or are addressed to
// them.
func notesMentions() endpoint {
	fields := append([]schema.Property{schema.Prop("following", schema.Boolean().Default(false))}, pageFields(10)...)
	return define(meta{
		name: "notes/mentions", credential: true, permission: "read:account",
		params: schema.Object(append(fields, schema.Prop("visibility", schema.String()))...),
	}, func(ctx context.Context, c *Call, p mentionListParams) ([]protocol.Note, error) {
		return c.timeline(ctx, store.NotePage{Page: p.page()}, func(ctx context.Context, page store.NotePage) ([]store.NoteID, error) {
			return c.Store().MentionIDs(ctx, c.ViewerID(), store.MentionPage{Page: page.Page, Visibility: p.Visibility, Following: p.Following})
		}, visibility.Deliver)
	})
}
