package relational

import "context"

// Querier runs statements. Placeholders are $1, $2, … on both engines.
// Errors are already translated: a missing row is store.ErrNotFound, a
// violated unique constraint store.ErrConflict, a database that cannot be
// written to store.ErrReadOnly; the driver's own error stays in the chain.
type Querier interface {
	// Exec runs a statement and answers how many rows it changed.
	Exec(ctx context.Context, sql string, args ...any) (int64, error)
	// Query runs a statement that answers rows. The caller closes them.
	Query(ctx context.Context, sql string, args ...any) (Rows, error)
	// QueryRow runs a statement that answers at most one row. Its errors come
	// out of Scan.
	QueryRow(ctx context.Context, sql string, args ...any) Row
}

// Row is one row that has not been read yet.
type Row interface {
	Scan(dest ...any) error
}

// Rows is a result that is being read. Close may be called more than once.
type Rows interface {
	Row
	Next() bool
	Err() error
	Close()
}

// Engine is a pool of connections to one database.
type Engine interface {
	Querier
	// Begin starts a transaction that may write.
	Begin(ctx context.Context) (Transaction, error)
}

// Transaction is a Querier whose effects become visible together. Rollback
// after Commit does nothing.
type Transaction interface {
	Querier
	Commit(ctx context.Context) error
	Rollback(ctx context.Context) error
}

// Dialect is what the two engines say differently.
type Dialect interface {
	// In is a condition: the column is one of the values of the array that is
	// bound to placeholder n, see Array.
	In(column string, n int) string
	// Array makes the argument for In.
	Array(values []string) any
	// InBytes and ByteArray are In and Array for a column of bytes.
	InBytes(column string, n int) string
	ByteArray(values [][]byte) any
	// ForUpdate is what a SELECT ends with that locks its rows until the end of
	// the transaction, led by a space; empty where a writing transaction is
	// alone anyway.
	ForUpdate() string
	// OrdersRecursion says whether WITH RECURSIVE takes the rows that it has found
	// in the order of an ORDER BY, and ends with a LIMIT.
	OrdersRecursion() bool
	// Retryable says whether a transaction that failed with this error may
	// succeed when it is run again: serialization failures, deadlocks, a busy
	// database.
	Retryable(err error) bool
}
