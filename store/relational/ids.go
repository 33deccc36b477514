package relational

import (
	"context"
	"fmt"

	"notewire/store"
)

// SettleIDs answers which kind of ids the database has, and fixes it at the
// first call: to what is asked for, AIDX if nothing is. A database in which there
// are users already, from before kinds were told apart, has AIDX. If another kind
// is asked for than the database has, that is store.ErrOtherIDs.
func (db *DB) SettleIDs(ctx context.Context, asked store.IDKind) (store.IDKind, error) {
	first := asked
	if first == "" {
		first = store.AIDX
	}
	var has store.IDKind
	err := db.InTx(ctx, func(ctx context.Context, tx *Tx) (err error) {
		if _, err := tx.q.Exec(ctx, `UPDATE instance SET ids = CASE WHEN EXISTS (SELECT 1 FROM users) THEN $1 ELSE $2 END
			WHERE ids = ''`, string(store.AIDX), string(first)); err != nil {
			return fmt.Errorf("fixing the kind of ids: %w", err)
		}
		has, err = queryOne(ctx, tx.q, "reading the kind of ids", scanText[store.IDKind], "SELECT ids FROM instance")
		return err
	})
	switch {
	case err != nil:
		return "", err
	case asked != "" && asked != has:
		return "", fmt.Errorf("%w: it has %s, and %s was asked for", store.ErrOtherIDs, has, asked)
	}
	return has, nil
}
