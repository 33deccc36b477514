package action

import (
	"context"
	"fmt"

	"notewire/api/storage"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// Visibility is the viewer as the rules know them, as far as it is about some
// users: enough to judge notes by their authors. Nil where nobody is signed in.
func (a *Actor) Visibility(ctx context.Context, users ...store.UserID) (visibility.Viewer, error) {
	if a.Viewer() == nil {
		return nil, nil
	}
	return viewerTo(ctx, a.Store(), a.ViewerID(), users)
}

// viewerTo is a user as the rules know them, as far as others are concerned.
// Everything about a user would do, but grows with whom they follow: thousands
// of rows to judge one note, often in a transaction for which others wait.
func viewerTo(ctx context.Context, r storage.RelationReader, user store.UserID, others []store.UserID) (visibility.Viewer, error) {
	found, err := r.RelationsTo(ctx, user, others)
	if err != nil {
		return nil, fmt.Errorf("loading how a user stands to others: %w", err)
	}
	return visibility.Of(found), nil
}

// PresentNote packs a note for a viewer: what they may not see of it, and of
// the notes that it embeds, is blanked. The bundle should have been loaded for
// that viewer, so that their reaction and votes are in it.
func PresentNote(p protocol.Packer, v visibility.Viewer, b *store.NoteBundle) protocol.Note {
	return protocol.Variant{Hidden: visibility.Hidden(v, b.Facts())}.Apply(p.PackNote(b))
}

// authors are all whom the rules ask about where they judge the notes.
func authors(bundles []*store.NoteBundle) []store.UserID {
	var ids []store.UserID
	for _, b := range bundles {
		ids = append(ids, b.Facts().Authors()...)
	}
	return ids
}

// PresentNotes packs notes for who is calling.
func (a *Actor) PresentNotes(ctx context.Context, bundles []*store.NoteBundle) ([]protocol.Note, error) {
	v, err := a.Visibility(ctx, authors(bundles)...)
	if err != nil {
		return nil, err
	}
	out := make([]protocol.Note, len(bundles))
	for i, b := range bundles {
		out[i] = PresentNote(a.Packer(), v, b)
	}
	return out, nil
}

// LoadNotes loads notes and packs them for who is calling, in the order of
// ids; missing ones are left out.
func (a *Actor) LoadNotes(ctx context.Context, ids []store.NoteID) ([]protocol.Note, error) {
	if len(ids) == 0 {
		return []protocol.Note{}, nil
	}
	bundles, err := a.Store().NoteBundles(ctx, a.ViewerID(), ids)
	if err != nil {
		return nil, fmt.Errorf("loading notes: %w", err)
	}
	return a.PresentNotes(ctx, bundles)
}

// PresentUsers packs profiles for who is calling, with how the two stand. The
// viewer's own is packed like any other; see packMe.
func (a *Actor) PresentUsers(ctx context.Context, users []*store.User) ([]protocol.UserDetailed, error) {
	out := make([]protocol.UserDetailed, len(users))
	var relations []*store.RelationBetween
	if a.Viewer() != nil {
		ids := make([]store.UserID, len(users))
		for i, u := range users {
			ids[i] = u.ID
		}
		var err error
		if relations, err = a.Store().RelationsBetween(ctx, a.ViewerID(), ids); err != nil {
			return nil, fmt.Errorf("loading relations: %w", err)
		}
	}
	for i, u := range users {
		var relation *store.RelationBetween
		if relations != nil && u.ID != a.ViewerID() {
			relation = relations[i]
		}
		out[i] = a.Packer().PackUserDetailed(u, relation)
		pinned, err := a.LoadNotes(ctx, u.Settings.PinnedNoteIDs)
		if err != nil {
			return nil, err
		}
		out[i].PinnedNotes = pinned
	}
	return out, nil
}
