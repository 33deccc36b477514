package action

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// notify tells n.UserID that something happened: it writes the notification,
// appends the event for main, and lets main be reminded of it if it is not
// read in time. ID and CreatedAt are filled in. note is what it is about, as
// anybody may get it; nil: nothing.
//
// Nothing at all is done where the user caused it themself, is not a local
// account in use, does not want such notifications, or is not told by the rules
// of store/visibility: because they mute who caused it, or may not see the note.
func (w *work) notify(ctx context.Context, n store.Notification, note *store.NoteBundle) error {
	if n.UserID == n.NotifierID {
		return nil
	}
	target, err := w.User(ctx, n.UserID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking up who to notify: %w", err)
	}
	if !target.Local() || target.IsDeleted || target.IsSuspended {
		return nil
	}
	others := []store.UserID{n.NotifierID}
	if note != nil {
		others = append(others, note.Facts().Authors()...)
	}
	v, err := viewerTo(ctx, w, n.UserID, others)
	if err != nil {
		return err
	}
	var notifier *store.User
	if n.NotifierID != "" {
		if notifier, err = w.User(ctx, n.NotifierID); err != nil {
			return fmt.Errorf("looking up the notifier: %w", err)
		}
		wanted, err := w.wants(ctx, target, n.Type, n.NotifierID)
		if err != nil || !wanted {
			return err
		}
	}
	if note != nil {
		n.NoteID = note.Note.ID
	}
	if !notifies(v, notifier, note) {
		return nil
	}
	n.ID, n.CreatedAt = w.by.newID(), w.by.Now
	if err := w.CreateNotification(ctx, &n); err != nil {
		return fmt.Errorf("writing a notification: %w", err)
	}
	body, err := protocol.Marshal(presentNotification(w.by.Packer(), v, &n, notifier, note))
	if err != nil {
		return fmt.Errorf("encoding a notification: %w", err)
	}
	facts := notificationFacts(notifier, note)
	if err := w.emitMainWithFacts(ctx, n.UserID, store.MainNotification, body, facts); err != nil {
		return err
	}
	w.reminders = append(w.reminders, reminder{
		user: n.UserID, notification: n.ID, body: body, facts: facts, due: w.by.Now.Add(w.by.service.config.UnreadAfter),
	})
	return nil
}

// notifies is visibility.Notifies of a notification; nil: nobody caused it, or
// it is about no note. One about a note that nobody caused, as of a poll that
// ended, counts as caused by the note's author, whom it names.
func notifies(v visibility.Viewer, notifier *store.User, note *store.NoteBundle) bool {
	var about *store.NoteFacts
	if note != nil {
		about = note.Facts()
		if notifier == nil {
			notifier = note.User
		}
	}
	var by visibility.Causer
	if notifier != nil {
		by = visibility.Causer{UserID: notifier.ID, Host: notifier.Host, Suspended: notifier.IsSuspended}
	}
	return visibility.Notifies(v, by, about)
}

// notificationFacts is what the rules of delivery need to know of a
// notification. Its causer is the user whom its body names: where nobody caused
// it, one about a note names the note's author.
func notificationFacts(notifier *store.User, note *store.NoteBundle) *store.EventFacts {
	f := new(store.EventFacts)
	if note != nil {
		f.NoteFacts = note.Facts()
		f.CauserID, f.CauserHost = note.Note.UserID, note.Note.UserHost
	}
	if notifier != nil {
		f.CauserID, f.CauserHost = notifier.ID, notifier.Host
	}
	return f
}

// presentNotification packs a notification for the user it belongs to.
func presentNotification(p protocol.Packer, v visibility.Viewer, n *store.Notification, notifier *store.User, note *store.NoteBundle) protocol.Notification {
	if note == nil {
		return p.PackNotification(n, notifier, nil)
	}
	if notifier == nil {
		notifier = note.User // clients want a user beside every note
	}
	packed := p.PackNotification(n, notifier, nil)
	presented := PresentNote(p, v, note)
	packed.Note = &presented
	return packed
}

// wants asks the user's settings, which say for each type of notification from
// whom they want it.
func (w *work) wants(ctx context.Context, u *store.User, typ store.NotificationType, from store.UserID) (bool, error) {
	if len(u.Settings.NotificationConfig) == 0 {
		return true, nil
	}
	var settings map[store.NotificationType]struct {
		Type       string `json:"type"`
		UserListID string `json:"userListId"`
	}
	if err := json.Unmarshal(u.Settings.NotificationConfig, &settings); err != nil {
		return false, fmt.Errorf("reading the notification settings of %s: %w", u.ID, err)
	}
	setting := settings[typ].Type
	switch setting {
	case "never":
		return false, nil
	case "list":
		return w.isListed(ctx, u.ID, settings[typ].UserListID, from)
	case "following", "follower", "mutualFollow", "followingOrFollower":
	default: // all, absent
		return true, nil
	}
	between, err := w.RelationsBetween(ctx, u.ID, []store.UserID{from})
	if err != nil {
		return false, fmt.Errorf("looking up how two users stand: %w", err)
	}
	r := between[0]
	switch setting {
	case "following":
		return r.IsFollowing, nil
	case "follower":
		return r.IsFollowed, nil
	case "mutualFollow":
		return r.IsFollowing && r.IsFollowed, nil
	default:
		return r.IsFollowing || r.IsFollowed, nil
	}
}

// isListed says whether a user is in somebody's own list. A list that is gone
// has nobody in it.
func (w *work) isListed(ctx context.Context, owner store.UserID, list string, user store.UserID) (bool, error) {
	l, err := w.List(ctx, list)
	if errors.Is(err, store.ErrNotFound) || err == nil && l.UserID != owner {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("looking up a list: %w", err)
	}
	return slices.Contains(l.MemberIDs, user), nil
}

// Notify tells n.UserID that something happened, in a transaction of its own. ID
// and CreatedAt are filled in. note is what it is about, as anybody may get it;
// nil: nothing. Nothing at all is done where the user is not to be told: because
// they caused it themself, are no local account in use, do not want such
// notifications, or are not told by the rules of store/visibility.
func (a *Actor) Notify(ctx context.Context, n store.Notification, note *store.NoteBundle) error {
	return a.transact(ctx, func(ctx context.Context, w *work) error { return w.notify(ctx, n, note) })
}
