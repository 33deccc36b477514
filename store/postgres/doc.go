// Package postgres is the store on PostgreSQL 13 or newer, over pgx's native
// pool. It owns the connections, the migrations and the dialect; the queries
// are those of store/relational.
//
// Each kind of work has a pool of its own (pools.go), so that slow work of one
// kind cannot keep another from a connection: the HTTP API, which writes too;
// StreamReads, for connects, deliveries and replays; and two connections for
// the event log's reader and NOTIFY. A connection is made when it is first
// used. One that breaks fails the statement that was on it; the next statement
// gets a new one, and the reader tries again with growing pauses.
//
// A DB is safe for concurrent use. Close waits until every connection has come
// back. The package imports store, store/relational, store/feed (for the types
// of its contract and the Pacer), pgx and goose (which is why database/sql
// appears in migrate.go, and nowhere else).
//
// # The event log
//
// DB is a feed.Source; the statements are in events.go. Wakes tells the nodes
// of each other's commits by LISTEN on a connection of its own and by NOTIFY
// in transactions of their own, after the commit. Its Run starts two
// goroutines, waits for both, and ends when its context does; the caller writes
// go. The first commit is announced at once. While many come, the NOTIFYs
// drift apart, up to WakesConfig.NotifyPauseUnderLoad (10 ms); one always
// follows the last commit. Notify and Stats may be called from any goroutine and
// never block. A LISTEN connection that breaks loses no event, because readers
// poll meanwhile, and read once LISTEN stands again. Prune deletes old events
// and starts no goroutine; several nodes may call it at the same time. A node is
// wired like this:
//
//	reader := feed.NewReader(feed.Config{Source: db})
//	wakes := db.NewWakes(postgres.WakesConfig{Wake: reader.Wake, Recheck: reader.Recheck})
//	db.OnCommit(func() { reader.Wake(); wakes.Notify() })
package postgres
