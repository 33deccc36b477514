package notes

import (
	"context"
	"time"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/store"
)

// noteIDParams are the params of endpoints that take a note and nothing else.
type noteIDParams struct {
	NoteID store.NoteID `json:"noteId"`
}

func noteIDSchema() *schema.Schema {
	return schema.Object(schema.Prop("noteId", schema.ID())).Require("noteId")
}

// notesDelete deletes a note and its pure renotes: one's own, or anybody's for
// moderators.
func notesDelete() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "notes/delete", Credential: true, Permission: "write:notes",
		Limit:  &endpoint.Limit{Duration: time.Hour, Max: 300, MinInterval: time.Second},
		Params: noteIDSchema(),
		Errors: []*endpoint.Error{errNoSuchNoteToDelete, errNotYourNote},
	}, func(ctx context.Context, c *endpoint.Call, p noteIDParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.DeleteNote(ctx, p.NoteID)
	})
}
