package account

import (
	"context"
	"notewire/api/endpoint"
)

// notificationsMarkAllAsRead moves the read mark. Open sessions are told
// whether there was anything unread or not.
func notificationsMarkAllAsRead() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{Name: "notifications/mark-all-as-read", Credential: true, Permission: "write:notifications"},
		func(ctx context.Context, c *endpoint.Call, _ endpoint.NoParams) (endpoint.Nothing, error) {
			return endpoint.Nothing{}, c.MarkNotificationsRead(ctx)
		})
}
