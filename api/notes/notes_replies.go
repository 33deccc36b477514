package notes

import (
	"context"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

type answersParams struct {
	endpoint.PageParams
	NoteID store.NoteID `json:"noteId"`
}

func answersSchema() *schema.Schema {
	return schema.Object(append([]schema.Property{schema.Prop("noteId", schema.ID())}, endpoint.PageFields(10)...)...).Require("noteId")
}

// notesReplies answers the replies to a note.
func notesReplies() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{Name: "notes/replies", Params: answersSchema()},
		func(ctx context.Context, c *endpoint.Call, p answersParams) ([]protocol.Note, error) {
			return answers(ctx, c, p, c.Store().ReplyIDs)
		})
}

// answers are the notes of a page that answer a note and that the viewer may
// see and wants to.
func answers(ctx context.Context, c *endpoint.Call, p answersParams, ids func(ctx context.Context, note store.NoteID, page store.NotePage) ([]store.NoteID, error)) ([]protocol.Note, error) {
	return c.Timeline(ctx, store.NotePage{Page: p.Page()}, func(ctx context.Context, page store.NotePage) ([]store.NoteID, error) {
		return ids(ctx, p.NoteID, page)
	}, visibility.Deliver)
}
