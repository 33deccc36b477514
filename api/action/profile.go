package action

import (
	"context"
	"fmt"

	"notewire/api/storage"
	"notewire/protocol"
	"notewire/store"
)

// profileReader is what packing a user for another one reads.
type profileReader interface {
	storage.BundleReader
	storage.RelationReader
}

// profileFor packs a user as the viewer sees them. It reads through r, so that
// inside a transaction it sees what the transaction wrote.
func profileFor(ctx context.Context, r profileReader, p protocol.Packer, viewer store.UserID, u *store.User) (protocol.UserDetailed, error) {
	between, err := r.RelationsBetween(ctx, viewer, []store.UserID{u.ID})
	if err != nil {
		return protocol.UserDetailed{}, fmt.Errorf("looking up how two users stand: %w", err)
	}
	d := p.PackUserDetailed(u, between[0])
	if len(u.Settings.PinnedNoteIDs) == 0 {
		return d, nil
	}
	bundles, err := r.NoteBundles(ctx, viewer, u.Settings.PinnedNoteIDs)
	if err != nil {
		return protocol.UserDetailed{}, fmt.Errorf("loading pinned notes: %w", err)
	}
	v, err := viewerTo(ctx, r, viewer, authors(bundles))
	if err != nil {
		return protocol.UserDetailed{}, err
	}
	for _, b := range bundles {
		d.PinnedNotes = append(d.PinnedNotes, PresentNote(p, v, b))
	}
	return d, nil
}

// ProfilesByID packs users for the actor, by their ids; missing ones are
// left out.
func (a *Actor) ProfilesByID(ctx context.Context, ids []store.UserID) (map[store.UserID]protocol.UserDetailed, error) {
	users, err := a.Store().Users(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("looking up users: %w", err)
	}
	packed, err := a.PresentUsers(ctx, users)
	if err != nil {
		return nil, err
	}
	out := make(map[store.UserID]protocol.UserDetailed, len(users))
	for i, u := range users {
		out[u.ID] = packed[i]
	}
	return out, nil
}

// WithProfiles packs rows that are each about one user, with the profile of
// that user. Rows about users who are gone are left out.
func WithProfiles[T, P any](ctx context.Context, a *Actor, rows []T, about func(T) store.UserID, pack func(T, protocol.UserDetailed) P) ([]P, error) {
	ids := make([]store.UserID, len(rows))
	for i, r := range rows {
		ids[i] = about(r)
	}
	profiles, err := a.ProfilesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]P, 0, len(rows))
	for _, r := range rows {
		if profile, there := profiles[about(r)]; there {
			out = append(out, pack(r, profile))
		}
	}
	return out, nil
}
