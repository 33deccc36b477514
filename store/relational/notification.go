package relational

import (
	"context"
	"fmt"

	"notewire/store"
)

const notificationColumns = "id, created_at, user_id, type, notifier_id, note_id, reaction, message, header, icon"

func scanNotification(r Row) (*store.Notification, error) {
	n := new(store.Notification)
	return n, r.Scan(&n.ID, asTime{&n.CreatedAt}, &n.UserID, &n.Type, asText(&n.NotifierID), asText(&n.NoteID),
		&n.Reaction, &n.Message, &n.Header, &n.Icon)
}

// Notifications are a user's notifications of the types; nil types means all.
// Those about notes or by users that were deleted are gone with them; those that
// suspended users caused are left out.
func (q Queries) Notifications(ctx context.Context, user store.UserID, p store.Page, types []store.NotificationType) ([]*store.Notification, error) {
	sql, args := "SELECT "+notificationColumns+" FROM notification WHERE user_id = $1 AND "+causedByNobodySuspended, []any{user}
	if types != nil {
		sql += " AND " + q.d.In("type", 2)
		args = append(args, q.array(toStrings(types)))
	}
	return queryPage(ctx, q.q, "listing notifications", scanNotification, p, "id", sql, args...)
}

// maxUnread is where counting unread notifications ends: Misskey shows no more
// than 99 of them.
const maxUnread = 100

// UnreadNotifications counts a user's unread notifications by type, the newest
// 100 at most. Those that suspended users caused do not count.
func (q Queries) UnreadNotifications(ctx context.Context, user store.UserID) (map[store.NotificationType]int, error) {
	type count struct {
		typ store.NotificationType
		n   int
	}
	counts, err := queryAll(ctx, q.q, "counting unread notifications", func(r Row) (c count, err error) {
		err = r.Scan(&c.typ, &c.n)
		return c, err
	}, `SELECT type, count(*) FROM (
			SELECT type FROM notification WHERE user_id = $1
				AND id > coalesce((SELECT read_notification_id FROM users WHERE id = $1), '') AND `+causedByNobodySuspended+` ORDER BY id DESC LIMIT $2
		) AS unread GROUP BY type`, user, maxUnread)
	if err != nil {
		return nil, err
	}
	m := make(map[store.NotificationType]int, len(counts))
	for _, c := range counts {
		m[c.typ] = c.n
	}
	return m, nil
}

// Notified are those of the users who have a notification of that type about a
// note.
func (q Queries) Notified(ctx context.Context, note store.NoteID, typ store.NotificationType, users []store.UserID) ([]store.UserID, error) {
	return queryAll(ctx, q.q, "reading who was notified", scanText[store.UserID],
		"SELECT DISTINCT user_id FROM notification WHERE note_id = $1 AND type = $2 AND "+q.d.In("user_id", 3), note, typ, q.array(toStrings(users)))
}

// CreateNotification writes a notification. A note or notifier that is gone is
// store.ErrNotFound; the transaction is then to be rolled back.
func (tx *Tx) CreateNotification(ctx context.Context, n *store.Notification) error {
	return insertNew(ctx, tx.q, "creating a notification", "notification",
		"INSERT INTO notification ("+notificationColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		n.ID, millis(n.CreatedAt), n.UserID, n.Type, nullIfEmpty(n.NotifierID), nullIfEmpty(n.NoteID), n.Reaction, n.Message, n.Header, n.Icon)
}

// ReadNotifications marks all notifications of a user as read, and says whether
// anything was unread.
func (tx *Tx) ReadNotifications(ctx context.Context, user store.UserID) (bool, error) {
	n, err := tx.q.Exec(ctx, `UPDATE users SET read_notification_id = (SELECT max(id) FROM notification WHERE user_id = $1)
		WHERE id = $1 AND EXISTS (SELECT 1 FROM notification WHERE user_id = $1 AND id > coalesce(users.read_notification_id, ''))`, user)
	if err != nil {
		return false, fmt.Errorf("marking notifications as read: %w", err)
	}
	return n > 0, nil
}

// DeleteNotifications removes notifications of a user, those below an
// id if it is not empty, and answers how many.
func (tx *Tx) DeleteNotifications(ctx context.Context, user store.UserID, below string) (int, error) {
	n, err := tx.q.Exec(ctx, "DELETE FROM notification WHERE user_id = $1 AND ($2 = '' OR id < $2)", user, below)
	if err != nil {
		return 0, fmt.Errorf("deleting notifications: %w", err)
	}
	return int(n), nil
}
