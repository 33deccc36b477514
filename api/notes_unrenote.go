package api

import (
	"context"
	"fmt"
	"time"
)

// notesUnrenote deletes the caller's pure renotes of a note. Quotes are notes
// of their own and stay.
func notesUnrenote() endpoint {
	return define(meta{
		name: "notes/unrenote", credential: true, permission: "write:notes",
		limit:  &limit{duration: time.Hour, max: 300, minInterval: time.Second},
		params: noteIDSchema(),
		errors: []*Error{errNoSuchRenotedNote},
	}, func(ctx context.Context, c *Call, p noteIDParams) (nothing, error) {
		n, err := c.seenNote(ctx, p.NoteID, errNoSuchRenotedNote)
		if err != nil {
			return nothing{}, err
		}
		mine, err := c.Store().PureRenoteIDs(ctx, n.ID, c.ViewerID())
		if err != nil {
			return nothing{}, fmt.Errorf("looking up renotes: %w", err)
		}
		if len(mine) == 0 {
			return nothing{}, nil
		}
		return nothing{}, c.deleteNotes(ctx, errNoSuchRenotedNote, mine...)
	})
}
