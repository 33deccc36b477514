package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Prune deletes events that are older than the given time, from the oldest on,
// in transactions of at most batch events, and answers how many went. It
// records how far it came, so that a reader that was behind notices.
func (db *DB) Prune(ctx context.Context, olderThan time.Duration, batch int) (int64, error) {
	before := time.Now().Add(-olderThan).UnixMilli()
	var pruned int64
	for {
		// Looked for outside of the transaction: while nothing is old, nobody
		// has to wait for the write lock.
		var through sql.NullInt64
		if err := db.api.pool.QueryRowContext(ctx, `
			WITH oldest AS MATERIALIZED (SELECT id, at FROM event ORDER BY id LIMIT $2)
			SELECT max(id) FROM oldest
			WHERE id < coalesce((SELECT min(id) FROM oldest WHERE at >= $1), 9223372036854775807)`,
			before, batch).Scan(&through); err != nil {
			return pruned, fmt.Errorf("looking for old events: %w", translate(err))
		}
		if !through.Valid {
			return pruned, nil
		}
		n, err := db.pruneThrough(ctx, through.Int64)
		pruned += n
		if err != nil {
			return pruned, fmt.Errorf("pruning events: %w", err)
		}
		if n < int64(batch) {
			return pruned, nil
		}
	}
}

// pruneThrough deletes the events up to an id and records it.
func (db *DB) pruneThrough(ctx context.Context, through int64) (int64, error) {
	tx, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return 0, translate(err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	res, err := tx.ExecContext(ctx, "DELETE FROM event WHERE id <= $1", through)
	if err != nil {
		return 0, translate(err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, translate(err)
	}
	if _, err := tx.ExecContext(ctx, "UPDATE event_pruned SET through = max(through, $1)", through); err != nil {
		return 0, translate(err)
	}
	return n, translate(tx.Commit())
}
