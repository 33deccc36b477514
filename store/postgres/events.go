package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"notewire/store"
	"notewire/store/feed"
)

var _ feed.Source = (*DB)(nil)

// eventLog reads the event log over a pool.
type eventLog struct{ pool *pgxpool.Pool }

// readEvents is one statement, so that both branches and the transaction ids
// come from one snapshot. The row with the id 0 carries what belongs to the
// snapshot; it is there even if there is no event. Two branches are joined by
// UNION ALL, because one condition with OR and a limit walked the whole index
// when the reader was far behind.
//
// PostgreSQL plans the statement anew at each read, which costs as much as
// reading some hundred events, because it holds a generic plan to be much worse.
// (A generic plan that was made while the table was small would indeed be.) So
// readNewEvents leaves out the branch of the skipped ids where there are none.
const (
	readEvents    = snapshotRow + skippedRows + newRows
	readNewEvents = snapshotRow + newRows // where nothing was skipped, as on a quiet server

	snapshotRow = `
SELECT 0::BIGINT AS id, pg_snapshot_xmin(pg_current_snapshot())::TEXT::BIGINT AS at,
       '' AS topic, '' AS type, '' AS body, NULL::TEXT AS facts,
       coalesce((SELECT through FROM event_pruned), 0) AS through`
	skippedRows = `
UNION ALL
(SELECT e.id, e.at, e.topic, e.type, e.body, e.facts, 0
 FROM unnest($3::BIGINT[], $4::BIGINT[]) AS skipped (low, high)
 CROSS JOIN LATERAL (
     SELECT * FROM event WHERE id BETWEEN skipped.low AND skipped.high ORDER BY id LIMIT $2
 ) AS e
 ORDER BY e.id LIMIT $2)`
	newRows = `
UNION ALL
(SELECT id, at, topic, type, body, facts, 0 FROM event WHERE id > $1 ORDER BY id LIMIT $2)`
)

// Read implements feed.Source.
func (l eventLog) Read(ctx context.Context, after int64, skipped []feed.Range, limit int) (feed.Read, error) {
	statement, args := readNewEvents, []any{after, limit}
	if len(skipped) > 0 {
		low, high := make([]int64, len(skipped)), make([]int64, len(skipped))
		for i, r := range skipped {
			low[i], high[i] = r.First, r.Last
		}
		statement, args = readEvents, append(args, low, high)
	}
	rows, err := l.pool.Query(ctx, statement, args...)
	if err != nil {
		return feed.Read{}, translate(err)
	}
	defer rows.Close()

	var (
		read                    feed.Read
		id, at, through         int64
		topic, typ, body, facts pgtype.DriverBytes // the connection's memory, until the next row
		last                    store.Event
	)
	for rows.Next() {
		if err := rows.Scan(&id, &at, &topic, &typ, &body, &facts, &through); err != nil {
			return feed.Read{}, translate(err)
		}
		if id == 0 {
			read.Xmin, read.PrunedThrough = uint64(at), through
			continue
		}
		// Most events are of the same kind as the one before.
		if string(topic) != last.Topic {
			last.Topic = string(topic)
		}
		if string(typ) != last.Type {
			last.Type = string(typ)
		}
		last.ID, last.At = id, time.UnixMilli(at).UTC()
		last.Body, last.Facts = copied(body, facts)
		read.Events = append(read.Events, last)
	}
	// They come sorted; only SQL does not promise it. An ORDER BY around it
	// all would have the server sort rows with their bodies.
	slices.SortFunc(read.Events, func(a, b store.Event) int { return cmp.Compare(a.ID, b.ID) })
	return read, translate(rows.Err())
}

// copied are copies of a body and its facts, in one piece of memory since they
// live equally long. Without facts there are none in the copy either.
func copied(body, facts []byte) (b, f []byte) {
	both := append(append(make([]byte, 0, len(body)+len(facts)), body...), facts...)
	b = both[:len(body):len(body)]
	if facts != nil {
		f = both[len(body):]
	}
	return b, f
}

// headOfLog answers a row with the highest id and how far the log is pruned,
// and then one for each range of missing ids. Below the oldest id looked at,
// ids count as missing only if it is the oldest of all.
const headOfLog = `
WITH pruned AS MATERIALIZED (SELECT coalesce((SELECT through FROM event_pruned), 0) AS through),
newest AS MATERIALIZED (SELECT id FROM event ORDER BY id DESC LIMIT $1),
pairs AS (
    SELECT id, coalesce(lag(id) OVER (ORDER BY id),
        CASE WHEN (SELECT count(*) FROM newest) < $1 THEN (SELECT through FROM pruned) ELSE id - 1 END) AS below
    FROM newest)
SELECT greatest((SELECT max(id) FROM newest), through), through, 0 AS part FROM pruned
UNION ALL
SELECT below + 1, id - 1, 1 FROM pairs WHERE id > below + 1
ORDER BY 3, 1`

// Head implements feed.Source.
func (l eventLog) Head(ctx context.Context) (feed.Head, error) {
	rows, err := l.pool.Query(ctx, headOfLog, feed.HeadWindow)
	if err != nil {
		return feed.Head{}, translate(err)
	}
	defer rows.Close()
	var head feed.Head
	for rows.Next() {
		var a, b, part int64
		if err := rows.Scan(&a, &b, &part); err != nil {
			return feed.Head{}, translate(err)
		}
		if part == 0 {
			head.Highest, head.PrunedThrough = a, b
		} else {
			head.Missing = append(head.Missing, feed.Range{First: a, Last: b})
		}
	}
	return head, translate(rows.Err())
}

// Horizon implements feed.Source. A fresh transaction id is the only horizon
// that will do: pg_snapshot_xmax is one past the latest completed transaction,
// and there may be running ones above it. Since the transaction writes
// nothing, its commit does not wait for the disk.
func (l eventLog) Horizon(ctx context.Context) (uint64, error) {
	var xid int64
	err := l.pool.QueryRow(ctx, "SELECT pg_current_xact_id()::TEXT::BIGINT").Scan(&xid)
	return uint64(xid), translate(err)
}

// Identity implements feed.Source. A database is known by its number, since one
// that is dropped and made again has the old name; replicas have the same
// number. The timeline is that of the WAL written
// now: the control file's lags behind after a failover.
func (l eventLog) Identity(ctx context.Context) (feed.Identity, error) {
	var (
		id       feed.Identity
		timeline string
	)
	err := l.pool.QueryRow(ctx, `
		SELECT (SELECT system_identifier FROM pg_control_system())::TEXT || '/' ||
		           (SELECT oid FROM pg_database WHERE datname = current_database())::TEXT,
		       substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8),
		       (SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM event_id_seq)`,
	).Scan(&id.Cluster, &timeline, &id.LastID)
	if err != nil {
		return feed.Identity{}, translate(err)
	}
	if _, err := fmt.Sscanf(timeline, "%x", &id.Timeline); err != nil {
		return feed.Identity{}, fmt.Errorf("reading the timeline %q: %w", timeline, err)
	}
	return id, nil
}
