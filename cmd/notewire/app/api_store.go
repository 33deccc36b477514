package app

import (
	"context"

	"notewire/api/storage"
	"notewire/store/relational"
)

// apiStore is the database in the shape that api/storage asks for: api names
// what it needs as interfaces, which the engine's types meet by themselves but
// for the function that InTx runs.
type apiStore struct{ *relational.DB }

var (
	_ storage.Store = apiStore{}
	_ storage.Tx    = (*relational.Tx)(nil)
)

// InTx implements storage.Store.
func (s apiStore) InTx(ctx context.Context, do func(ctx context.Context, tx storage.Tx) error) error {
	return s.DB.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error { return do(ctx, tx) })
}
