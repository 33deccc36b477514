// Package sqlite is the store in one file, over the pure Go SQLite of
// modernc.org. It owns the connections, the migrations and the dialect; the
// queries are those of store/relational. It is the only package of the store
// that speaks database/sql.
//
// Everything that writes goes through one connection and begins with BEGIN
// IMMEDIATE, so writers wait for each other in the program instead of failing
// as busy; reads have a pool of their own and see the last commit (WAL). The
// database is in synchronous=NORMAL: a crash of the program loses nothing, a
// power failure can lose the last transactions, never the file's integrity.
//
// A DB is safe for concurrent use. Close waits until every connection has come
// back.
package sqlite
