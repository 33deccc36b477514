package action

import (
	"context"
	"errors"
	"fmt"
	"notewire/protocol"
	"notewire/store"
)

// DeleteNote deletes a note and its pure renotes: one of the actor's, or
// anybody's for moderators. It fails with ErrNoSuchNote or ErrNotYours.
func (a *Actor) DeleteNote(ctx context.Context, id store.NoteID) error {
	n, err := a.Store().Note(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return ErrNoSuchNote
	}
	if err != nil {
		return fmt.Errorf("looking up a note: %w", err)
	}
	if me := a.Viewer(); n.UserID != me.ID && !me.IsModerator && !me.IsAdmin {
		return ErrNotYours
	}
	return a.deleteNotes(ctx, n.ID)
}

// Unrenote deletes the actor's pure renotes of a note. Quotes are notes of their
// own and stay. It fails with ErrNoSuchNote.
func (a *Actor) Unrenote(ctx context.Context, id store.NoteID) error {
	n, err := a.SeenNote(ctx, id)
	if err != nil {
		return err
	}
	mine, err := a.Store().PureRenoteIDs(ctx, n.ID, a.ViewerID())
	if err != nil {
		return fmt.Errorf("looking up renotes: %w", err)
	}
	if len(mine) == 0 {
		return nil
	}
	return a.deleteNotes(ctx, mine...)
}

// deleteNotes deletes notes with their pure renotes and tells of each. It fails
// with ErrNoSuchNote if they are gone.
func (a *Actor) deleteNotes(ctx context.Context, ids ...store.NoteID) error {
	return a.transact(ctx, func(ctx context.Context, w *work) error {
		deleted, err := w.DeleteNotes(ctx, ids...)
		if errors.Is(err, store.ErrNotFound) {
			return ErrNoSuchNote
		}
		if err != nil {
			return fmt.Errorf("deleting notes: %w", err)
		}
		for _, n := range deleted {
			if err := w.emitNoteChange(ctx, n, store.NoteDeleted, "", protocol.PackDeleted(a.Now)); err != nil {
				return err
			}
		}
		return nil
	})
}
