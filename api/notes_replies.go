package api

import (
	"context"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

type answersParams struct {
	pageParams
	NoteID store.NoteID `json:"noteId"`
}

func answersSchema() *schema.Schema {
	return schema.Object(append([]schema.Property{schema.Prop("noteId", schema.ID())}, pageFields(10)...)...).Require("noteId")
}

// notesReplies answers the replies to a note.
func notesReplies() endpoint {
	return define(meta{name: "notes/replies", params: answersSchema()},
		func(ctx context.Context, c *Call, p answersParams) ([]protocol.Note, error) {
			return c.answers(ctx, p, c.Store().ReplyIDs)
		})
}

// answers are the notes of a page that answer a note and that the viewer may
// see and wants to.
func (c *Call) answers(ctx context.Context, p answersParams, ids func(ctx context.Context, note store.NoteID, page store.NotePage) ([]store.NoteID, error)) ([]protocol.Note, error) {
	return c.timeline(ctx, store.NotePage{Page: p.page()}, func(ctx context.Context, page store.NotePage) ([]store.NoteID, error) {
		return ids(ctx, p.NoteID, page)
	}, visibility.Deliver)
}
