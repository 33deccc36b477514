package notes

import (
	"context"

	"notewire/api/endpoint"
	"notewire/protocol"
)

// notesChildren answers the replies to a note and its quotes.
func notesChildren() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{Name: "notes/children", Params: answersSchema()},
		func(ctx context.Context, c *endpoint.Call, p answersParams) ([]protocol.Note, error) {
			return answers(ctx, c, p, c.Store().ChildIDs)
		})
}
