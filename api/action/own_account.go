package action

import (
	"context"
	"fmt"

	"notewire/api/storage"
	"notewire/protocol"
	"notewire/store"
)

// meReader is what packing a user for themself reads.
type meReader interface {
	storage.BundleReader
	storage.NotificationReader
	storage.RelationReader
}

// packMe packs a user for themself. It reads through r, so that inside a
// transaction it sees what the transaction wrote. secrets says whether a
// native token asks.
func packMe(ctx context.Context, r meReader, p protocol.Packer, u *store.User, secrets bool) (protocol.MeDetailed, error) {
	extras := protocol.MeExtras{Policies: protocol.DefaultPolicies(), Secrets: secrets}
	unread, err := r.UnreadNotifications(ctx, u.ID)
	if err != nil {
		return protocol.MeDetailed{}, fmt.Errorf("counting unread notifications: %w", err)
	}
	for typ, n := range unread {
		extras.UnreadNotifications += n
		switch typ {
		case store.NotifyMention, store.NotifyReply, store.NotifyQuote:
			extras.HasUnreadMentions = true
		}
	}
	if extras.HasPendingFollowRequests, err = r.HasFollowRequests(ctx, u.ID); err != nil {
		return protocol.MeDetailed{}, fmt.Errorf("looking for follow requests: %w", err)
	}
	if ids := u.Settings.PinnedNoteIDs; len(ids) > 0 {
		bundles, err := r.NoteBundles(ctx, u.ID, ids)
		if err != nil {
			return protocol.MeDetailed{}, fmt.Errorf("loading pinned notes: %w", err)
		}
		v, err := viewerTo(ctx, r, u.ID, authors(bundles))
		if err != nil {
			return protocol.MeDetailed{}, err
		}
		for _, b := range bundles {
			extras.PinnedNotes = append(extras.PinnedNotes, PresentNote(p, v, b))
		}
	}
	return p.PackMe(u, extras), nil
}

// PackMe packs a user for themself, as they are outside of any transaction.
// secrets says whether a native token asks.
func (a *Actor) PackMe(ctx context.Context, u *store.User, secrets bool) (protocol.MeDetailed, error) {
	return packMe(ctx, a.Store(), a.Packer(), u, secrets)
}
