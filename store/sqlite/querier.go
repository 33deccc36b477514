package sqlite

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"notewire/store"
	"notewire/store/relational"
)

var (
	_ relational.Engine      = engine{}
	_ relational.Transaction = transaction{}
	_ relational.Dialect     = dialect{}
)

// statements is what database/sql's pools and transactions have in common.
type statements interface {
	queries
	ExecContext(ctx context.Context, sql string, args ...any) (sql.Result, error)
}

func exec(ctx context.Context, s statements, query string, args []any) (int64, error) {
	res, err := s.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, translate(err)
	}
	n, err := res.RowsAffected()
	return n, translate(err)
}

func query(ctx context.Context, s queries, query string, args []any) (relational.Rows, error) {
	r, err := s.QueryContext(ctx, query, args...) //nolint:rowserrcheck // whoever reads the rows checks
	if err != nil {
		return nil, translate(err)
	}
	return rows{r}, nil
}

type row struct{ r *sql.Row }

func (r row) Scan(dest ...any) error { return translate(r.r.Scan(dest...)) }

type rows struct{ r *sql.Rows }

func (r rows) Next() bool             { return r.r.Next() }
func (r rows) Scan(dest ...any) error { return translate(r.r.Scan(dest...)) }
func (r rows) Err() error             { return translate(r.r.Err()) }
func (r rows) Close()                 { _ = r.r.Close() } // Err has reported it already

// engine is relational.Engine: what only reads goes to the reading connections
// of the HTTP API, which refuse to write; Exec and transactions to the one
// writer.
type engine struct{ db *DB }

func (e engine) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	return exec(ctx, e.db.writer, sql, args)
}

func (e engine) Query(ctx context.Context, sql string, args ...any) (relational.Rows, error) {
	return e.db.api.Query(ctx, sql, args...)
}

func (e engine) QueryRow(ctx context.Context, sql string, args ...any) relational.Row {
	return e.db.api.QueryRow(ctx, sql, args...)
}

func (e engine) Begin(ctx context.Context) (relational.Transaction, error) {
	tx, err := e.db.writer.BeginTx(ctx, nil)
	if err != nil {
		return nil, translate(err)
	}
	return transaction{tx}, nil
}

type transaction struct{ tx *sql.Tx }

func (t transaction) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	return exec(ctx, t.tx, sql, args)
}

func (t transaction) Query(ctx context.Context, sql string, args ...any) (relational.Rows, error) {
	return query(ctx, t.tx, sql, args)
}

func (t transaction) QueryRow(ctx context.Context, sql string, args ...any) relational.Row {
	return row{t.tx.QueryRowContext(ctx, sql, args...)}
}

func (t transaction) Commit(context.Context) error   { return translate(t.tx.Commit()) }
func (t transaction) Rollback(context.Context) error { return translate(t.tx.Rollback()) }

// dialect is relational.Dialect.
type dialect struct{}

func (dialect) In(column string, n int) string {
	return fmt.Sprintf("%s IN (SELECT value FROM json_each($%d))", column, n)
}

func (dialect) Array(values []string) any {
	if values == nil {
		values = []string{}
	}
	b, _ := json.Marshal(values) // strings always marshal
	return string(b)
}

func (dialect) InBytes(column string, n int) string {
	return fmt.Sprintf("%s IN (SELECT unhex(value) FROM json_each($%d))", column, n)
}

func (dialect) OrdersRecursion() bool { return true }

func (d dialect) ByteArray(values [][]byte) any {
	hexed := make([]string, len(values))
	for i, v := range values {
		hexed[i] = hex.EncodeToString(v)
	}
	return d.Array(hexed)
}

// ForUpdate is empty: a writing transaction is alone.
func (dialect) ForUpdate() string { return "" }

func (dialect) Retryable(err error) bool {
	switch code(err) & 0xff { // the primary code
	case codes.SQLITE_BUSY, codes.SQLITE_LOCKED:
		return true
	}
	return false
}

// code is the extended result code of an error, 0 if it is not SQLite's.
func code(err error) int {
	var e *driver.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// translate leads an error with the store's sentinel for it, if there is one.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		return store.ErrNotFound
	}
	c := code(err)
	switch {
	case c == codes.SQLITE_CONSTRAINT_UNIQUE, c == codes.SQLITE_CONSTRAINT_PRIMARYKEY:
		return fmt.Errorf("%w: %w", store.ErrConflict, err)
	case c == codes.SQLITE_CONSTRAINT_FOREIGNKEY: // what the row refers to does not exist
		return fmt.Errorf("%w: %w", store.ErrNotFound, err)
	case c&0xff == codes.SQLITE_READONLY,
		c&0xff == codes.SQLITE_CANTOPEN: // the file is there; what cannot be made are those beside it
		return fmt.Errorf("%w: %w", store.ErrReadOnly, err)
	}
	return err
}
