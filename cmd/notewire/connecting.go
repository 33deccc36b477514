package main

import (
	"context"

	"notewire/api/streaming"
	"notewire/channel"
	"notewire/store"
	"notewire/store/coalesce"
	"notewire/store/relational"
)

// gathering is what a connect asks the database for; for many who connect at
// once it asks in one query. On PostgreSQL that spares round trips, on SQLite
// waiting for a connection of the pool.
type gathering struct {
	accesses  *coalesce.Group[store.TokenHash, *store.Access]
	relations *coalesce.Group[store.UserID, *store.RelationLists]
}

var (
	_ streaming.AccessLoader = gathering{}
	_ channel.RelationLoader = gathering{}
)

func newGathering(db *relational.DB) gathering {
	return gathering{
		accesses: coalesce.New(coalesce.Config[store.TokenHash, *store.Access]{
			One: db.AccessByTokenHash, Many: db.AccessesByTokenHash,
		}),
		relations: coalesce.New(coalesce.Config[store.UserID, *store.RelationLists]{
			One: db.RelationLists, Many: db.RelationListsOf,
		}),
	}
}

// AccessByTokenHash implements streaming.AccessLoader.
func (g gathering) AccessByTokenHash(ctx context.Context, hash store.TokenHash) (*store.Access, error) {
	return g.accesses.Get(ctx, hash)
}

// RelationLists implements channel.RelationLoader.
func (g gathering) RelationLists(ctx context.Context, user store.UserID) (*store.RelationLists, error) {
	return g.relations.Get(ctx, user)
}
