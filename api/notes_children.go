package api

import (
	"context"

	"notewire/protocol"
)

// notesChildren answers the replies to a note and its quotes.
func notesChildren() endpoint {
	return define(meta{name: "notes/children", params: answersSchema()},
		func(ctx context.Context, c *Call, p answersParams) ([]protocol.Note, error) {
			return c.answers(ctx, p, c.Store().ChildIDs)
		})
}
