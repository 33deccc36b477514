package api

import (
	"context"
	"fmt"

	"notewire/store"
)

// notificationsMarkAllAsRead moves the read mark. Open sessions are told
// whether there was anything unread or not.
func notificationsMarkAllAsRead() endpoint {
	return define(meta{name: "notifications/mark-all-as-read", credential: true, permission: "write:notifications"},
		func(ctx context.Context, c *Call, _ noParams) (nothing, error) {
			return nothing{}, c.Transact(ctx, func(ctx context.Context, w *Work) error {
				if _, err := w.ReadNotifications(ctx, c.ViewerID()); err != nil {
					return fmt.Errorf("marking notifications as read: %w", err)
				}
				return w.EmitMain(ctx, c.ViewerID(), store.MainReadAllNotifications, nil)
			})
		})
}
