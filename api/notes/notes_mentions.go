package notes

import (
	"context"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

type mentionListParams struct {
	endpoint.PageParams
	Following  bool             `json:"following"`
	Visibility store.Visibility `json:"visibility"`
}

// notesMentions answers the notes that mention the viewer or are addressed to
// them.
func notesMentions() endpoint.Endpoint {
	fields := append([]schema.Property{schema.Prop("following", schema.Boolean().Default(false))}, endpoint.PageFields(10)...)
	return endpoint.Define(endpoint.Meta{
		Name: "notes/mentions", Credential: true, Permission: "read:account",
		Params: schema.Object(append(fields, schema.Prop("visibility", schema.String()))...),
	}, func(ctx context.Context, c *endpoint.Call, p mentionListParams) ([]protocol.Note, error) {
		return c.Timeline(ctx, store.NotePage{Page: p.Page()}, func(ctx context.Context, page store.NotePage) ([]store.NoteID, error) {
			return c.Store().MentionIDs(ctx, c.ViewerID(), store.MentionPage{Page: page.Page, Visibility: p.Visibility, Following: p.Following})
		}, visibility.Deliver)
	})
}
