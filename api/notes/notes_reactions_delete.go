package notes

import (
	"context"
	"notewire/api/endpoint"
	"time"
)

// notesReactionsDelete takes one's reaction back. Whoever reacted may do that,
// even if they may not see the note any more.
func notesReactionsDelete() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "notes/reactions/delete", Credential: true, Permission: "write:reactions",
		Limit:  &endpoint.Limit{Duration: time.Hour, Max: 60, MinInterval: 3 * time.Second},
		Params: noteIDSchema(),
		Errors: []*endpoint.Error{errNoSuchReactedNote, errNotReacted},
	}, func(ctx context.Context, c *endpoint.Call, p noteIDParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.TakeReactionBack(ctx, p.NoteID)
	})
}
