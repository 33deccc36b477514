package main

import (
	"context"

	"notewire/api/streaming"
	"notewire/channel"
	"notewire/store"
	"notewire/store/coalesce"
)

// gathering is what a connect asks the database for; for many who connect at
// once it asks in one query. On PostgreSQL that spares round trips, on SQLite
// waiting for a connection of the pool.
type gathering struct {
	accesses  *coalesce.Group[store.TokenHash, *store.Access]
	entries   *coalesce.Group[store.TokenHash, *store.Entry]
	relations *coalesce.Group[store.UserID, *store.RelationLists]
}

var (
	_ streaming.AccessLoader = gathering{}
	_ channel.RelationLoader = gathering{}
)

func newGathering(db *opened) gathering {
	return gathering{
		accesses: coalesce.New(coalesce.Config[store.TokenHash, *store.Access]{
			One: lookUp(db, db.rel.AccessByTokenHash), Many: db.rel.AccessesByTokenHash,
		}),
		entries: coalesce.New(coalesce.Config[store.TokenHash, *store.Entry]{
			One: lookUp(db, db.rel.EntryByTokenHash), Many: db.rel.EntriesByTokenHash,
		}),
		relations: coalesce.New(coalesce.Config[store.UserID, *store.RelationLists]{
			One: lookUp(db, db.rel.RelationLists), Many: db.rel.RelationListsOf,
		}),
	}
}

// lookUp is a look-up as it is best made. On a database in this process it takes
// microseconds, of which a quarter would be the goroutines that wait for the
// caller's context to end. They are spared where it need not wait for others.
func lookUp[K, V any](db *opened, one func(context.Context, K) (V, error)) func(context.Context, K) (V, error) {
	if db.idle == nil {
		return one
	}
	return func(ctx context.Context, key K) (V, error) {
		if ctx.Err() == nil && db.idle() {
			ctx = context.WithoutCancel(ctx)
		}
		return one(ctx, key)
	}
}

// AccessByTokenHash implements streaming.AccessLoader.
func (g gathering) AccessByTokenHash(ctx context.Context, hash store.TokenHash) (*store.Access, error) {
	return g.accesses.Get(ctx, hash)
}

// EntryByTokenHash implements streaming.AccessLoader.
func (g gathering) EntryByTokenHash(ctx context.Context, hash store.TokenHash) (*store.Entry, error) {
	return g.entries.Get(ctx, hash)
}

// RelationLists implements channel.RelationLoader.
func (g gathering) RelationLists(ctx context.Context, user store.UserID) (*store.RelationLists, error) {
	return g.relations.Get(ctx, user)
}
