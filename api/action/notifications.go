package action

import (
	"context"
	"errors"
	"fmt"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// Notifications answers one page of what is left to tell. It goes on until the
// page is full or there are no more, so an answer that is shorter than the limit
// is the end.
func (a *Actor) Notifications(ctx context.Context, p store.Page, types []store.NotificationType) ([]protocol.Notification, error) {
	limit, ascending := p.Limit, p.Ascending()
	out := []protocol.Notification{}
	for {
		found, err := a.Store().Notifications(ctx, a.ViewerID(), p, types)
		if err != nil {
			return nil, fmt.Errorf("listing notifications: %w", err)
		}
		packed, err := a.presentNotifications(ctx, found)
		if err != nil {
			return nil, err
		}
		out = append(out, packed...)
		if len(out) >= limit || len(found) < p.Limit {
			return out[:min(len(out), limit)], nil
		}
		if last := found[len(found)-1].ID; ascending {
			p.SinceID = last
		} else {
			p.UntilID = last
		}
		p.Limit = min(2*p.Limit, largestBatch)
	}
}

// ReadNotifications marks all as read and tells open sessions, if there was
// anything unread.
func (a *Actor) ReadNotifications(ctx context.Context) error {
	unread, err := a.Store().UnreadNotifications(ctx, a.ViewerID())
	if err != nil {
		return fmt.Errorf("counting unread notifications: %w", err)
	}
	if len(unread) == 0 {
		return nil // the common case of a poll needs no write
	}
	return a.transact(ctx, func(ctx context.Context, w *work) error {
		changed, err := w.ReadNotifications(ctx, a.ViewerID())
		if err != nil {
			return fmt.Errorf("marking notifications as read: %w", err)
		}
		if !changed {
			return nil
		}
		return w.emitMain(ctx, a.ViewerID(), store.MainReadAllNotifications, nil)
	})
}

// MarkNotificationsRead marks all as read and tells open sessions, whether there
// was anything unread or not.
func (a *Actor) MarkNotificationsRead(ctx context.Context) error {
	return a.transact(ctx, func(ctx context.Context, w *work) error {
		if _, err := w.ReadNotifications(ctx, a.ViewerID()); err != nil {
			return fmt.Errorf("marking notifications as read: %w", err)
		}
		return w.emitMain(ctx, a.ViewerID(), store.MainReadAllNotifications, nil)
	})
}

// presentNotifications packs notifications, without those whose note or user
// is gone, hidden, muted or suspended by now.
func (a *Actor) presentNotifications(ctx context.Context, found []*store.Notification) ([]protocol.Notification, error) {
	var noteIDs []store.NoteID
	var userIDs []store.UserID
	for _, n := range found {
		if n.NoteID != "" {
			noteIDs = append(noteIDs, n.NoteID)
		}
		if n.NotifierID != "" {
			userIDs = append(userIDs, n.NotifierID)
		}
	}
	bundles, err := a.Store().NoteBundles(ctx, a.ViewerID(), noteIDs)
	if err != nil {
		return nil, fmt.Errorf("loading notes: %w", err)
	}
	users, err := a.Store().Users(ctx, userIDs)
	if err != nil {
		return nil, fmt.Errorf("loading users: %w", err)
	}
	v, err := a.Visibility(ctx, append(authors(bundles), userIDs...)...)
	if err != nil {
		return nil, err
	}
	notes := make(map[store.NoteID]*store.NoteBundle, len(bundles))
	for _, b := range bundles {
		notes[b.Note.ID] = b
	}
	people := make(map[store.UserID]*store.User, len(users))
	for _, u := range users {
		people[u.ID] = u
	}
	out := make([]protocol.Notification, 0, len(found))
	for _, n := range found {
		packed, err := present(a.Packer(), v, n, people[n.NotifierID], notes[n.NoteID])
		if errors.Is(err, errGone) {
			continue
		}
		out = append(out, packed)
	}
	return out, nil
}

// errGone says that there is nothing left to tell.
var errGone = errors.New("what the notification tells of is gone")

func present(p protocol.Packer, v visibility.Viewer, n *store.Notification, notifier *store.User, note *store.NoteBundle) (protocol.Notification, error) {
	if n.NotifierID != "" && notifier == nil || n.NoteID != "" && note == nil || !notifies(v, notifier, note) {
		return protocol.Notification{}, errGone
	}
	return presentNotification(p, v, n, notifier, note), nil
}
