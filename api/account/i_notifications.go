package account

import (
	"context"
	"slices"
	"time"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

type iNotificationsParams struct {
	endpoint.PageParams
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
func iNotifications() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "i/notifications", Credential: true, Permission: "read:notifications",
		Limit: &endpoint.Limit{Duration: 30 * time.Second, Max: 30},
		Params: schema.Object(append(endpoint.PageFields(10),
			schema.Prop("markAsRead", schema.Boolean().Default(true)),
			schema.Prop("includeTypes", notificationTypes()),
			schema.Prop("excludeTypes", notificationTypes()),
		)...),
	}, func(ctx context.Context, c *endpoint.Call, p iNotificationsParams) ([]protocol.Notification, error) {
		types, none := p.types()
		if none {
			return []protocol.Notification{}, nil
		}
		found, err := c.Notifications(ctx, p.Page(), types)
		if err != nil {
			return nil, err
		}
		if p.MarkAsRead {
			if err := c.ReadNotifications(ctx); err != nil {
				return nil, err
			}
		}
		return found, nil
	})
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
