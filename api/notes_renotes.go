package api

import (
	"context"

	"notewire/protocol"
)

// notesRenotes answers the renotes and quotes of a note.
func notesRenotes() endpoint {
	return define(meta{name: "notes/renotes", params: answersSchema(), errors: []*Error{errNoRenotesOfNote}},
		func(ctx context.Context, c *Call, p answersParams) ([]protocol.Note, error) {
			if _, err := c.seenNote(ctx, p.NoteID, errNoRenotesOfNote); err != nil {
				return nil, err
			}
			return c.answers(ctx, p, c.Store().RenoteIDs)
		})
}
