package relational

import "context"

// EventFloor answers the id of the n-th newest event at or below through; 0 if
// there are fewer. It walks n entries of the primary key.
func (q Queries) EventFloor(ctx context.Context, through int64, n int) (int64, error) {
	id, err := queryOne(ctx, q.q, "looking for the oldest event to replay", scanInt,
		"SELECT coalesce((SELECT id FROM event WHERE id <= $1 ORDER BY id DESC LIMIT 1 OFFSET $2), 0)", through, n-1)
	return int64(id), err
}
