package relational

import (
	"context"

	"notewire/store"
)

const blockColumns = "id, created_at, blocker_id, blockee_id"

func scanBlock(r Row) (*store.Block, error) {
	b := new(store.Block)
	return b, r.Scan(&b.ID, asTime{&b.CreatedAt}, &b.BlockerID, &b.BlockeeID)
}

// Block is one user's block of another.
func (q Queries) Block(ctx context.Context, blocker, blockee store.UserID) (*store.Block, error) {
	return queryOne(ctx, q.q, "reading a block", scanBlock,
		"SELECT "+blockColumns+" FROM blocking WHERE blocker_id = $1 AND blockee_id = $2", blocker, blockee)
}

// Blocks is whom a user blocks.
func (q Queries) Blocks(ctx context.Context, blocker store.UserID, p store.Page) ([]*store.Block, error) {
	return queryPage(ctx, q.q, "listing blocks", scanBlock, p, "id",
		"SELECT "+blockColumns+" FROM blocking WHERE blocker_id = $1", blocker)
}

// CreateBlock writes a block. Follows and follow requests between the two are
// the caller's to end.
func (tx *Tx) CreateBlock(ctx context.Context, b *store.Block) error {
	return insertNew(ctx, tx.q, "creating a block", "blocking",
		"INSERT INTO blocking ("+blockColumns+") VALUES ($1, $2, $3, $4)",
		b.ID, millis(b.CreatedAt), b.BlockerID, b.BlockeeID)
}

// DeleteBlock ends a block and answers what it was.
func (tx *Tx) DeleteBlock(ctx context.Context, blocker, blockee store.UserID) (*store.Block, error) {
	return queryOne(ctx, tx.q, "deleting a block", scanBlock,
		"DELETE FROM blocking WHERE blocker_id = $1 AND blockee_id = $2 RETURNING "+blockColumns, blocker, blockee)
}
