package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

type iNotificationsParams struct {
	pageParams
	MarkAsRead   bool      `json:"markAsRead"`
	IncludeTypes *[]string `json:"includeTypes"`
	ExcludeTypes []string  `json:"excludeTypes"`
}

// allNotificationTypes are what the params may name: Misskey's types and two
// that it keeps for old clients.
var allNotificationTypes = []string{"note", "follow", "mention", "reply", "renote", "quote", "reaction", "pollEnded",
	"receiveFollowRequest", "followRequestAccepted", "roleAssigned", "achievementEarned", "exportCompleted",
	"login", "app", "test", "pollVote", "groupInvited"}

func notificationTypes() *schema.Schema {
	return schema.Array(schema.String().Enum(allNotificationTypes...))
}

// iNotifications lists what who is calling was told, and by default marks all
// of it as read.
func iNotifications() endpoint {
	return define(meta{
		name: "i/notifications", credential: true, permission: "read:notifications",
		limit: &limit{duration: 30 * time.Second, max: 30},
		params: schema.Object(append(pageFields(10),
			schema.Prop("markAsRead", schema.Boolean().Default(true)),
			schema.Prop("includeTypes", notificationTypes()),
			schema.Prop("excludeTypes", notificationTypes()),
		)...),
	}, func(ctx context.Context, c *Call, p iNotificationsParams) ([]protocol.Notification, error) {
		types, none := p.types()
		if none {
			return []protocol.Notification{}, nil
		}
		found, err := c.notifications(ctx, p.page(), types)
		if err != nil {
			return nil, err
		}
		if p.MarkAsRead {
			if err := c.readNotifications(ctx); err != nil {
				return nil, err
			}
		}
		return found, nil
	})
}

// notifications answers one page of what is left to tell. It goes on until the
// page is full or there are no more, so an answer that is shorter than the limit
// is the end.
func (c *Call) notifications(ctx context.Context, p store.Page, types []store.NotificationType) ([]protocol.Notification, error) {
	limit, ascending := p.Limit, p.Ascending()
	out := []protocol.Notification{}
	for {
		found, err := c.Store().Notifications(ctx, c.ViewerID(), p, types)
		if err != nil {
			return nil, fmt.Errorf("listing notifications: %w", err)
		}
		packed, err := c.presentNotifications(ctx, found)
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

// types are those to list; nil: all. none says that nothing can match.
func (p iNotificationsParams) types() (types []store.NotificationType, none bool) {
	if p.IncludeTypes == nil && len(p.ExcludeTypes) == 0 {
		return nil, false
	}
	candidates := allNotificationTypes
	if p.IncludeTypes != nil {
		candidates = *p.IncludeTypes
	}
	for _, t := range candidates {
		if !slices.Contains(p.ExcludeTypes, t) {
			types = append(types, store.NotificationType(t))
		}
	}
	return types, len(types) == 0
}

// readNotifications marks all as read and tells open sessions, if there was
// anything unread.
func (c *Call) readNotifications(ctx context.Context) error {
	unread, err := c.Store().UnreadNotifications(ctx, c.ViewerID())
	if err != nil {
		return fmt.Errorf("counting unread notifications: %w", err)
	}
	if len(unread) == 0 {
		return nil // the common case of a poll needs no write
	}
	return c.Transact(ctx, func(ctx context.Context, w *Work) error {
		changed, err := w.ReadNotifications(ctx, c.ViewerID())
		if err != nil {
			return fmt.Errorf("marking notifications as read: %w", err)
		}
		if !changed {
			return nil
		}
		return w.EmitMain(ctx, c.ViewerID(), store.MainReadAllNotifications, nil)
	})
}

// presentNotifications packs notifications, without those whose note or user
// is gone, hidden, muted or suspended by now.
func (c *Call) presentNotifications(ctx context.Context, found []*store.Notification) ([]protocol.Notification, error) {
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
	bundles, err := c.Store().NoteBundles(ctx, c.ViewerID(), noteIDs)
	if err != nil {
		return nil, fmt.Errorf("loading notes: %w", err)
	}
	users, err := c.Store().Users(ctx, userIDs)
	if err != nil {
		return nil, fmt.Errorf("loading users: %w", err)
	}
	v, err := c.Visibility(ctx, append(authors(bundles), userIDs...)...)
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
		packed, err := present(c.Packer(), v, n, people[n.NotifierID], notes[n.NoteID])
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
