package sqlite

import (
	"context"
	"strconv"
	"time"

	"notewire/store"
	"notewire/store/feed"
)

var _ feed.Source = (*DB)(nil)

// eventLog reads the event log over a pool.
type eventLog struct{ conns *reading }

// onlyTransaction stands for transaction ids: there is one writer at a time,
// so whatever is visible came after everything that has a lower id, and a
// missing id stays missing. Every horizon is reached at once.
const onlyTransaction = 1

// readEvents brings how far the log is pruned along, from the same snapshot,
// in a row that is there even if there is no event.
const readEvents = `
SELECT 0, 0, '', '', '', NULL, coalesce((SELECT through FROM event_pruned), 0)
UNION ALL
SELECT * FROM (SELECT id, at, topic, type, body, facts, 0 FROM event WHERE id > $1 ORDER BY id LIMIT $2)`

// Read implements feed.Source. Skipped ids are not looked for: nobody can
// commit an event below one that is visible.
func (l eventLog) Read(ctx context.Context, after int64, _ []feed.Range, limit int) (feed.Read, error) {
	rows, err := l.conns.Query(ctx, readEvents, after, limit)
	if err != nil {
		return feed.Read{}, err
	}
	defer rows.Close()
	read := feed.Read{Xmin: onlyTransaction}
	for rows.Next() {
		var (
			ev          store.Event
			at, through int64
			body, facts []byte
		)
		if err := rows.Scan(&ev.ID, &at, &ev.Topic, &ev.Type, &body, &facts, &through); err != nil {
			return feed.Read{}, err
		}
		if ev.ID == 0 {
			read.PrunedThrough = through
			continue
		}
		ev.At, ev.Body, ev.Facts = time.UnixMilli(at).UTC(), body, facts
		read.Events = append(read.Events, ev)
	}
	return read, rows.Err()
}

// Head implements feed.Source.
func (l eventLog) Head(ctx context.Context) (feed.Head, error) {
	var head feed.Head
	err := l.conns.QueryRow(ctx, `
		SELECT max(coalesce((SELECT max(id) FROM event), 0), through), through
		FROM (SELECT coalesce((SELECT through FROM event_pruned), 0) AS through)`,
	).Scan(&head.Highest, &head.PrunedThrough)
	return head, err
}

// Horizon implements feed.Source.
func (eventLog) Horizon(context.Context) (uint64, error) { return onlyTransaction, nil }

// Identity implements feed.Source. The file was named when it was migrated; an
// older copy of it that was put back is known by its ids.
func (l eventLog) Identity(ctx context.Context) (feed.Identity, error) {
	var (
		id   feed.Identity
		name int64
	)
	err := l.conns.QueryRow(ctx,
		"SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'event'), 0), user_version FROM pragma_user_version",
	).Scan(&id.LastID, &name)
	id.Cluster = "sqlite/" + strconv.FormatInt(name, 10)
	return id, err
}
