package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"notewire/store"
	"notewire/store/relational"
)

var (
	_ relational.Engine      = engine{}
	_ relational.Transaction = transaction{}
	_ relational.Dialect     = dialect{}
)

// statements is what pgx's pools and transactions have in common.
type statements interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// querier is relational.Querier over pgx.
type querier struct{ s statements }

func (q querier) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	tag, err := q.s.Exec(ctx, sql, args...)
	return tag.RowsAffected(), translate(err)
}

func (q querier) Query(ctx context.Context, sql string, args ...any) (relational.Rows, error) {
	r, err := q.s.Query(ctx, sql, args...)
	if err != nil {
		return nil, translate(err)
	}
	return rows{r}, nil
}

func (q querier) QueryRow(ctx context.Context, sql string, args ...any) relational.Row {
	return row{q.s.QueryRow(ctx, sql, args...)}
}

type row struct{ r pgx.Row }

func (r row) Scan(dest ...any) error { return translate(r.r.Scan(dest...)) }

type rows struct{ pgx.Rows }

func (r rows) Scan(dest ...any) error { return translate(r.Rows.Scan(dest...)) }
func (r rows) Err() error             { return translate(r.Rows.Err()) }

// engine is relational.Engine over a pool.
type engine struct {
	querier
	pool *pgxpool.Pool
}

func (e engine) Begin(ctx context.Context) (relational.Transaction, error) {
	tx, err := e.pool.Begin(ctx)
	if err != nil {
		return nil, translate(err)
	}
	return transaction{querier{tx}, tx}, nil
}

type transaction struct {
	querier
	tx pgx.Tx
}

func (t transaction) Commit(ctx context.Context) error   { return translate(t.tx.Commit(ctx)) }
func (t transaction) Rollback(ctx context.Context) error { return translate(t.tx.Rollback(ctx)) }

// dialect is relational.Dialect.
type dialect struct{}

func (dialect) In(column string, n int) string { return fmt.Sprintf("%s = ANY($%d)", column, n) }

func (dialect) Array(values []string) any {
	if values == nil {
		return []string{} // nil would be NULL, and = ANY(NULL) is not false
	}
	return values
}

func (d dialect) InBytes(column string, n int) string { return d.In(column, n) }

func (dialect) ByteArray(values [][]byte) any {
	if values == nil {
		return [][]byte{}
	}
	return values
}

func (dialect) OrdersRecursion() bool { return false }

func (dialect) ForUpdate() string { return " FOR NO KEY UPDATE" }

func (dialect) Retryable(err error) bool {
	switch code(err) {
	case "40001", "40P01": // serialization_failure, deadlock_detected
		return true
	}
	return false
}

// code is the SQLSTATE of an error, empty if it does not come from the server.
func code(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// translate leads an error with the store's sentinel for it, if there is one.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return store.ErrNotFound
	}
	switch code(err) {
	case "23505": // unique_violation
		return fmt.Errorf("%w: %w", store.ErrConflict, err)
	case "23503": // foreign_key_violation: what the row refers to does not exist
		return fmt.Errorf("%w: %w", store.ErrNotFound, err)
	case "25006": // read_only_sql_transaction
		return fmt.Errorf("%w: %w", store.ErrReadOnly, err)
	}
	return err
}
