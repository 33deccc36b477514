package action

import (
	"context"
	"fmt"

	"notewire/store"
)

// bundle loads one note for a viewer; store.ErrNotFound if there is none.
func (a *Actor) bundle(ctx context.Context, id store.NoteID, viewer store.UserID) (*store.NoteBundle, error) {
	found, err := a.Store().NoteBundles(ctx, viewer, []store.NoteID{id})
	if err != nil {
		return nil, fmt.Errorf("loading a note: %w", err)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("loading a note: %w", store.ErrNotFound)
	}
	return found[0], nil
}

// bundle is the new note as its author sees it, with the counts of what it
// answers as they are once it is there.
func (p *post) bundle() *store.NoteBundle {
	b := &store.NoteBundle{Note: &p.note, User: p.by.Viewer(), Files: p.files, Channel: p.channel}
	if p.reply != nil {
		b.Reply = p.answered(p.reply)
	}
	if p.renote != nil {
		b.Renote = p.answered(p.renote)
		// What a renote embeds does not embed anything.
		b.Renote.Reply, b.Renote.Renote = alone(p.renote.Reply), alone(p.renote.Renote)
	}
	return b
}

// answered is a note that the new one answers, alone and counted.
func (p *post) answered(b *store.NoteBundle) *store.NoteBundle {
	counted := *b.Note
	if counted.ID == p.note.ReplyID {
		counted.RepliesCount++
	}
	if counted.ID == p.note.RenoteID && counted.UserID != p.note.UserID {
		counted.RenoteCount++
	}
	b = alone(b)
	b.Note = &counted
	return b
}

// alone is a copy of the bundle without embedded notes; nil for nil.
func alone(b *store.NoteBundle) *store.NoteBundle {
	if b == nil {
		return nil
	}
	c := *b
	c.Reply, c.Renote = nil, nil
	return &c
}

// anybodys is a copy of the bundle without what belongs to the viewer that it
// was loaded for; nil for nil.
func anybodys(b *store.NoteBundle) *store.NoteBundle {
	if b == nil {
		return nil
	}
	c := *b
	c.MyReaction, c.MyVotes = "", nil
	c.Reply, c.Renote = anybodys(b.Reply), anybodys(b.Renote)
	return &c
}
