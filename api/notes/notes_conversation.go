package notes

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

type conversationParams struct {
	NoteID store.NoteID `json:"noteId"`
	Limit  int          `json:"limit"`
	Offset int          `json:"offset"`
}

// maxConversation is how far up a conversation is followed, one note at a time.
const maxConversation = 1000

// notesConversation answers what a note replies to, and what that replies to,
// and so on, the nearest first. Of those that the viewer may not see there are
// only the shells, since they hold the conversation together; those of suspended
// authors are left out.
func notesConversation() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "notes/conversation",
		Params: schema.Object(
			schema.Prop("noteId", schema.ID()),
			schema.Prop("limit", schema.Integer().Between(1, 100).Default(10)),
			schema.Prop("offset", schema.Integer().Default(0)),
		).Require("noteId"),
		Errors: []*endpoint.Error{errNoConversationOfNote},
	}, func(ctx context.Context, c *endpoint.Call, p conversationParams) ([]protocol.Note, error) {
		n, err := c.SeenNote(ctx, p.NoteID)
		if err != nil {
			return nil, err
		}
		var ids []store.NoteID
		for up := 0; n.ReplyID != "" && up < maxConversation && len(ids) < p.Limit; up++ {
			n, err = c.Store().Note(ctx, n.ReplyID)
			if errors.Is(err, store.ErrNotFound) {
				break
			}
			if err != nil {
				return nil, fmt.Errorf("following a conversation: %w", err)
			}
			if up >= p.Offset {
				ids = append(ids, n.ID)
			}
		}
		bundles, err := c.Store().NoteBundles(ctx, c.ViewerID(), ids)
		if err != nil {
			return nil, fmt.Errorf("loading a conversation: %w", err)
		}
		bundles = slices.DeleteFunc(bundles, func(b *store.NoteBundle) bool { return b.User.IsSuspended })
		return c.PresentNotes(ctx, bundles)
	})
}
