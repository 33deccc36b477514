package app

import (
	"context"

	"notewire/api/streaming"
	"notewire/channel"
	"notewire/store"
	"notewire/store/coalesce"
)

// lookups are what a connect asks the database for. Where many clients connect
// at once, they ask in one query: on PostgreSQL that spares round trips, on
// SQLite waiting for a connection of the pool.
type lookups struct {
	accesses  *coalesce.Group[store.TokenHash, *store.Access]
	entries   *coalesce.Group[store.TokenHash, *store.Entry]
	relations *coalesce.Group[store.UserID, *store.RelationLists]
}

var (
	_ streaming.AccessLoader = lookups{}
	_ channel.RelationLoader = lookups{}
)

func newLookups(db *Database) lookups {
	return lookups{
		accesses: coalesce.New(coalesce.Config[store.TokenHash, *store.Access]{
			One: unwatchedIfIdle(db, db.streams.AccessByTokenHash), Many: db.streams.AccessesByTokenHash,
		}),
		entries: coalesce.New(coalesce.Config[store.TokenHash, *store.Entry]{
			One: unwatchedIfIdle(db, db.streams.EntryByTokenHash), Many: db.streams.EntriesByTokenHash,
		}),
		relations: coalesce.New(coalesce.Config[store.UserID, *store.RelationLists]{
			One: unwatchedIfIdle(db, db.streams.RelationLists), Many: db.streams.RelationListsOf,
		}),
	}
}

// unwatchedIfIdle answers a look-up like one, whose context cannot end where it
// need not wait for a connection. A look-up in a database in this process takes
// microseconds, and a quarter of that would go into the goroutines that watch for
// the end of the caller's context.
func unwatchedIfIdle[K, V any](db *Database, one func(context.Context, K) (V, error)) func(context.Context, K) (V, error) {
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
func (l lookups) AccessByTokenHash(ctx context.Context, hash store.TokenHash) (*store.Access, error) {
	return l.accesses.Get(ctx, hash)
}

// EntryByTokenHash implements streaming.AccessLoader.
func (l lookups) EntryByTokenHash(ctx context.Context, hash store.TokenHash) (*store.Entry, error) {
	return l.entries.Get(ctx, hash)
}

// RelationLists implements channel.RelationLoader.
func (l lookups) RelationLists(ctx context.Context, user store.UserID) (*store.RelationLists, error) {
	return l.relations.Get(ctx, user)
}
