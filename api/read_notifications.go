package api

import (
	"context"

	"notewire/store"
)

// MarkAllNotificationsRead does for a frame of the stream what
// notifications/mark-all-as-read does, but tells open sessions only if there
// was anything unread, as Misskey does there.
func (s *Server) MarkAllNotificationsRead(ctx context.Context, who store.Identity) error {
	ctx, cancel := context.WithTimeout(ctx, s.config.RequestTimeout)
	defer cancel()
	c := &Call{Caller: Caller{Identity: &who}, Now: s.config.Now(), server: s}
	return c.readNotifications(ctx)
}
