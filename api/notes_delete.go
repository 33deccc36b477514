package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
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
func notesDelete() endpoint {
	return define(meta{
		name: "notes/delete", credential: true, permission: "write:notes",
		limit:  &limit{duration: time.Hour, max: 300, minInterval: time.Second},
		params: noteIDSchema(),
		errors: []*Error{errNoSuchNoteToDelete, errNotYourNote},
	}, func(ctx context.Context, c *Call, p noteIDParams) (nothing, error) {
		n, err := c.Store().Note(ctx, p.NoteID)
		if errors.Is(err, store.ErrNotFound) {
			return nothing{}, errNoSuchNoteToDelete
		}
		if err != nil {
			return nothing{}, fmt.Errorf("looking up a note: %w", err)
		}
		if me := c.Viewer(); n.UserID != me.ID && !me.IsModerator && !me.IsAdmin {
			return nothing{}, errNotYourNote
		}
		return nothing{}, c.deleteNotes(ctx, errNoSuchNoteToDelete, n.ID)
	})
}

// deleteNotes deletes notes with their pure renotes and tells of each. none is
// the answer if they are gone.
func (c *Call) deleteNotes(ctx context.Context, none *Error, ids ...store.NoteID) error {
	return c.Transact(ctx, func(ctx context.Context, w *Work) error {
		deleted, err := w.DeleteNotes(ctx, ids...)
		if errors.Is(err, store.ErrNotFound) {
			return none
		}
		if err != nil {
			return fmt.Errorf("deleting notes: %w", err)
		}
		for _, n := range deleted {
			if err := w.EmitNoteChange(ctx, n, store.NoteDeleted, "", protocol.PackDeleted(c.Now)); err != nil {
				return err
			}
		}
		return nil
	})
}
