package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"notewire/store"
)

// notesReactionsDelete takes one's reaction back. Whoever reacted may do that,
// even if they may not see the note any more.
func notesReactionsDelete() endpoint {
	return define(meta{
		name: "notes/reactions/delete", credential: true, permission: "write:reactions",
		limit:  &limit{duration: time.Hour, max: 60, minInterval: 3 * time.Second},
		params: noteIDSchema(),
		errors: []*Error{errNoSuchReactedNote, errNotReacted},
	}, func(ctx context.Context, c *Call, p noteIDParams) (nothing, error) {
		n, err := c.Store().Note(ctx, p.NoteID)
		if errors.Is(err, store.ErrNotFound) {
			return nothing{}, errNoSuchReactedNote
		}
		if err != nil {
			return nothing{}, fmt.Errorf("looking up a note: %w", err)
		}
		return nothing{}, c.Transact(ctx, func(ctx context.Context, w *Work) error {
			err := c.unreact(ctx, w, n)
			if errors.Is(err, store.ErrNotFound) {
				return errNotReacted
			}
			return err
		})
	})
}
