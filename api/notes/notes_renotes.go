package notes

import (
	"context"

	"notewire/api/endpoint"
	"notewire/protocol"
)

// notesRenotes answers the renotes and quotes of a note.
func notesRenotes() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{Name: "notes/renotes", Params: answersSchema(), Errors: []*endpoint.Error{errNoRenotesOfNote}},
		func(ctx context.Context, c *endpoint.Call, p answersParams) ([]protocol.Note, error) {
			if _, err := c.SeenNote(ctx, p.NoteID); err != nil {
				return nil, err
			}
			return answers(ctx, c, p, c.Store().RenoteIDs)
		})
}
