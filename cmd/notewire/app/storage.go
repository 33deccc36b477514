package app

import (
	"context"

	"notewire/api"
	"notewire/store/relational"
)

// storage is the engine in the shape that package api asks for: api names
// what it needs as interfaces, which the engine's types meet by themselves but
// for the function that InTx runs.
type storage struct{ *relational.DB }

var (
	_ api.Storage = storage{}
	_ api.Tx      = (*relational.Tx)(nil)
)

// InTx implements api.Storage.
func (s storage) InTx(ctx context.Context, do func(ctx context.Context, tx api.Tx) error) error {
	return s.DB.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error { return do(ctx, tx) })
}
