package notes

import (
	"context"
	"notewire/api/endpoint"
	"time"
)

// notesUnrenote deletes the caller's pure renotes of a note. Quotes are notes
// of their own and stay.
func notesUnrenote() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "notes/unrenote", Credential: true, Permission: "write:notes",
		Limit:  &endpoint.Limit{Duration: time.Hour, Max: 300, MinInterval: time.Second},
		Params: noteIDSchema(),
		Errors: []*endpoint.Error{errNoSuchRenotedNote},
	}, func(ctx context.Context, c *endpoint.Call, p noteIDParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.Unrenote(ctx, p.NoteID)
	})
}
