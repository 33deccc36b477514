// Package sqlite is the store in one file, over the pure Go SQLite of
// modernc.org. It owns the connections, the migrations and the dialect; the
// queries are those of store/relational. It is the only package of the store
// that speaks database/sql.
//
// Everything that writes goes through one connection and begins with BEGIN
// IMMEDIATE, so writers wait for each other in the program instead of failing
// as busy. Reads see the last commit (WAL). They go through pools of their own,
// which keep statements compiled: one for the HTTP API, one for /streaming
// (StreamReads), and two connections for the event log's reader and for Wakes.
// The database is in synchronous=NORMAL: a crash of the program loses nothing, a
// power failure can lose the last transactions, never the file's integrity.
//
// DB is a feed.Source whose ids have no gaps, since there is one writer at a
// time. Wakes notices what other processes commit; its Run blocks until its
// context ends and starts no goroutine. What this process commits is told by
// OnCommit:
//
//	reader := feed.NewReader(feed.Config{Source: db})
//	wakes := db.NewWakes(sqlite.WakesConfig{Wake: reader.Wake, Recheck: reader.Recheck})
//	db.OnCommit(reader.Wake)
//
// A DB is safe for concurrent use. Close waits until every connection has come
// back.
package sqlite
