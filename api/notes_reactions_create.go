package api

import (
	"context"

	"notewire/api/endpoint/schema"
	"notewire/store"
)

type reactParams struct {
	NoteID   store.NoteID `json:"noteId"`
	Reaction string       `json:"reaction"`
}

// notesReactionsCreate reacts to a note. Another reaction by the same user is
// replaced.
func notesReactionsCreate() endpoint {
	return define(meta{
		name: "notes/reactions/create", credential: true, permission: "write:reactions",
		params: schema.Object(schema.Prop("noteId", schema.ID()), schema.Prop("reaction", schema.String())).Require("noteId", "reaction"),
		errors: []*Error{errNoSuchReactionNote, errAlreadyReacted, errBlockedFromReact, errReactToRenote},
	}, func(ctx context.Context, c *Call, p reactParams) (nothing, error) {
		n, err := c.seenNote(ctx, p.NoteID, errNoSuchReactionNote)
		if err != nil {
			return nothing{}, err
		}
		blocked, err := c.blockedBy(ctx, n.UserID)
		switch {
		case err != nil:
			return nothing{}, err
		case blocked:
			return nothing{}, errBlockedFromReact
		case n.IsPureRenote():
			return nothing{}, errReactToRenote
		}
		return nothing{}, c.react(ctx, n, p.Reaction)
	})
}
