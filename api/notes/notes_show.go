package notes

import (
	"context"

	"notewire/api/endpoint"
	"notewire/protocol"
	"notewire/store"
)

// notesShow answers one note. Of one that the viewer may not see there is only
// the shell, without any content, as Misskey answers it.
func notesShow() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name:   "notes/show",
		Params: noteIDSchema(),
		Errors: []*endpoint.Error{errNoSuchNoteToShow},
	}, func(ctx context.Context, c *endpoint.Call, p noteIDParams) (protocol.Note, error) {
		found, err := c.LoadNotes(ctx, []store.NoteID{p.NoteID})
		if err != nil {
			return protocol.Note{}, err
		}
		if len(found) == 0 {
			return protocol.Note{}, errNoSuchNoteToShow
		}
		return found[0], nil
	})
}
