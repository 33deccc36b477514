package notes

import (
	"context"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/store"
)

type reactParams struct {
	NoteID   store.NoteID `json:"noteId"`
	Reaction string       `json:"reaction"`
}

// notesReactionsCreate reacts to a note. Another reaction by the same user is
// replaced.
func notesReactionsCreate() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "notes/reactions/create", Credential: true, Permission: "write:reactions",
		Params: schema.Object(schema.Prop("noteId", schema.ID()), schema.Prop("reaction", schema.String())).Require("noteId", "reaction"),
		Errors: []*endpoint.Error{errNoSuchReactionNote, errAlreadyReacted, errBlockedFromReact, errReactToRenote},
	}, func(ctx context.Context, c *endpoint.Call, p reactParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.React(ctx, p.NoteID, p.Reaction)
	})
}
