package action

import (
	"context"
	"net/netip"

	"notewire/store"
)

// MarkAllNotificationsRead does for a frame of the stream what
// notifications/mark-all-as-read does, but tells open sessions only if there
// was anything unread, as Misskey does there.
func (s *Service) MarkAllNotificationsRead(ctx context.Context, who store.Identity) error {
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	return s.Actor(&who, netip.Addr{}).ReadNotifications(ctx)
}
