// Package postgres is the store on PostgreSQL 13 or newer, over pgx's native
// pool. It owns the connections, the migrations and the dialect; the queries
// are those of store/relational.
//
// A DB is safe for concurrent use. Close waits until every connection has come
// back. The package imports store, store/relational, pgx and goose (which is
// why database/sql appears in migrate.go, and nowhere else).
package postgres
