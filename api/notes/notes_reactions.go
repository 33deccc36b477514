package notes

import (
	"context"
	"fmt"
	"strings"
	"time"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/api/reaction"
	"notewire/protocol"
	"notewire/store"
)

type reactionListParams struct {
	endpoint.PageParams
	NoteID store.NoteID `json:"noteId"`
	Type   string       `json:"type"`
}

// notesReactions lists who reacted how to a note that the viewer may see.
func notesReactions() endpoint.Endpoint {
	fields := []schema.Property{schema.Prop("noteId", schema.ID()), schema.Prop("type", schema.String().OrNull())}
	return endpoint.Define(endpoint.Meta{
		Name: "notes/reactions", GET: true, Cache: time.Minute,
		Params: schema.Object(append(fields, endpoint.PageFields(10)...)...).Require("noteId"),
		Errors: []*endpoint.Error{errNoReactionsOfNote},
	}, func(ctx context.Context, c *endpoint.Call, p reactionListParams) ([]protocol.NoteReaction, error) {
		if _, err := c.SeenNote(ctx, p.NoteID); err != nil {
			return nil, err
		}
		reactions, err := c.Store().Reactions(ctx, p.NoteID, reactionKind(p.Type), p.Page())
		if err != nil {
			return nil, fmt.Errorf("listing reactions: %w", err)
		}
		ids := make([]store.UserID, len(reactions))
		for i, r := range reactions {
			ids[i] = r.UserID
		}
		users, err := c.Store().Users(ctx, ids)
		if err != nil {
			return nil, fmt.Errorf("looking up who reacted: %w", err)
		}
		byID := make(map[store.UserID]*store.User, len(users))
		for _, u := range users {
			byID[u.ID] = u
		}
		out := []protocol.NoteReaction{}
		for _, r := range reactions {
			if u := byID[r.UserID]; u != nil {
				out = append(out, c.Packer().PackReaction(r, u))
			}
		}
		return out, nil
	})
}

// reactionKind is a kind of reaction as it is kept: a local custom emoji may be
// named without its "@.".
func reactionKind(typ string) string {
	if name, ok := reaction.CustomEmoji(typ); ok {
		return ":" + name + "@.:"
	}
	if strings.HasPrefix(typ, ":") || typ == "" {
		return typ
	}
	return reaction.Normalize(typ)
}
