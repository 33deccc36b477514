package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"notewire/store"
)

// pruneWait and pruneWaitMax are the first and the longest pause between two
// looks whether older transactions have ended. Most end at once, some take
// hours.
const (
	pruneWait    = 20 * time.Millisecond
	pruneWaitMax = 5 * time.Second
)

// pruneBatch deletes the oldest events up to the first that has to stay, and
// records how far. $1: the last id that may go, $2: the instant before which
// events are old, $3: how many at most.
const pruneBatch = `
WITH oldest AS MATERIALIZED (SELECT id, at FROM event WHERE id <= $1 ORDER BY id LIMIT $3),
bound AS MATERIALIZED (
    SELECT max(id) AS id FROM oldest
    WHERE id < coalesce((SELECT min(id) FROM oldest WHERE at >= $2), $1 + 1)),
gone AS (DELETE FROM event WHERE id <= (SELECT id FROM bound) RETURNING 1),
mark AS (UPDATE event_pruned SET through = greatest(through, (SELECT id FROM bound))
         WHERE (SELECT id FROM bound) IS NOT NULL)
SELECT count(*) FROM gone`

// Prune deletes events that are older than the given time, from the oldest on,
// in transactions of at most batch events, and answers how many went. It
// records how far it came, so that a reader that was behind notices.
//
// It never deletes past an event that a running transaction may still commit:
// it begins by waiting for those to end, which takes as long as the longest of
// them and is bounded by ctx. If another node is pruning, it leaves it to that
// one and answers 0.
func (db *DB) Prune(ctx context.Context, olderThan time.Duration, batch int) (int64, error) {
	before := time.Now().Add(-olderThan).UnixMilli()
	last, err := db.prunable(ctx, before)
	if err != nil || last == 0 {
		return 0, err
	}
	var pruned int64
	for {
		n, err := db.pruneBatch(ctx, last, before, batch)
		pruned += n
		if err != nil {
			return pruned, fmt.Errorf("pruning events: %w", err)
		}
		if n < int64(batch) {
			return pruned, nil
		}
	}
}

// prunable answers the id up to which every event is either visible or will
// never be; 0 if there is nothing to prune.
func (db *DB) prunable(ctx context.Context, before int64) (int64, error) {
	var (
		last int64
		old  bool
	)
	err := db.pools.api.QueryRow(ctx, `
		SELECT coalesce(max(id), 0), coalesce((SELECT at FROM event ORDER BY id LIMIT 1) < $1, false) FROM event`,
		before).Scan(&last, &old)
	if err != nil {
		return 0, fmt.Errorf("looking for old events: %w", translate(err))
	}
	if !old {
		return 0, nil
	}
	// Lower ids were drawn before that row became visible, by transactions
	// that are below this horizon. See feed.
	horizon, err := eventLog{db.pools.api}.Horizon(ctx)
	if err != nil {
		return 0, fmt.Errorf("asking for a horizon: %w", err)
	}
	for wait := pruneWait; ; wait = min(2*wait, pruneWaitMax) {
		var xmin int64
		if err := db.pools.api.QueryRow(ctx, "SELECT pg_snapshot_xmin(pg_current_snapshot())::TEXT::BIGINT").Scan(&xmin); err != nil {
			return 0, fmt.Errorf("looking for running transactions: %w", translate(err))
		}
		if uint64(xmin) >= horizon {
			return last, nil
		}
		pause(ctx, wait)
		if ctx.Err() != nil {
			return 0, fmt.Errorf("waiting for a long transaction to end before pruning: %w", ctx.Err())
		}
	}
}

// pruneBatch deletes one batch.
func (db *DB) pruneBatch(ctx context.Context, last, before int64, batch int) (n int64, err error) {
	tx, err := db.pools.api.Begin(ctx)
	if err != nil {
		return 0, translate(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // does nothing after the commit
	var through int64
	err = translate(tx.QueryRow(ctx, "SELECT through FROM event_pruned FOR UPDATE SKIP LOCKED").Scan(&through))
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil // another node is at it
	}
	if err != nil {
		return 0, err
	}
	if err := tx.QueryRow(ctx, pruneBatch, last, before, batch).Scan(&n); err != nil {
		return 0, translate(err)
	}
	return n, translate(tx.Commit(ctx))
}
