package sqlite

import (
	"context"
	"database/sql"
	"sync"

	"notewire/store/relational"
)

// maxPrepared is how many statements are kept prepared. The program has some
// hundred, and comes first to those that it uses most. Each takes some ten
// kilobytes for every connection that has run it.
const maxPrepared = 128

// reading is a pool of reading connections that keeps its statements compiled:
// SQLite spends half the time of a small query, and more of a large one, on
// compiling it. The statements are closed with the pool.
type reading struct {
	pool *sql.DB

	mu     sync.RWMutex
	byText map[string]*sql.Stmt
}

var _ relational.Querier = (*reading)(nil)

// Exec implements relational.Querier; the connections refuse to write.
func (r *reading) Exec(ctx context.Context, text string, args ...any) (int64, error) {
	return exec(ctx, r.pool, text, args)
}

// Query implements relational.Querier.
func (r *reading) Query(ctx context.Context, text string, args ...any) (relational.Rows, error) {
	s, err := r.statement(ctx, text)
	if err != nil {
		return nil, translate(err)
	}
	return query(ctx, s, text, args)
}

// QueryRow implements relational.Querier.
func (r *reading) QueryRow(ctx context.Context, text string, args ...any) relational.Row {
	s, err := r.statement(ctx, text)
	if err != nil {
		return failed{err}
	}
	return row{s.QueryRowContext(ctx, text, args...)}
}

// failed is the row of a statement that cannot be prepared.
type failed struct{ err error }

func (f failed) Scan(...any) error { return translate(f.err) }

// queries runs a text: it is the pool, or a statement that was prepared of the
// text.
type queries interface {
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row
}

// known is a prepared statement, which ignores the text that it is given.
type known struct{ s *sql.Stmt }

func (k known) QueryContext(ctx context.Context, _ string, args ...any) (*sql.Rows, error) {
	return k.s.QueryContext(ctx, args...)
}

func (k known) QueryRowContext(ctx context.Context, _ string, args ...any) *sql.Row {
	return k.s.QueryRowContext(ctx, args...)
}

// statement answers what runs the text: a prepared statement, or the pool if
// maxPrepared statements are kept already.
func (r *reading) statement(ctx context.Context, text string) (queries, error) {
	r.mu.RLock()
	s, full := r.byText[text], len(r.byText) >= maxPrepared
	r.mu.RUnlock()
	switch {
	case s != nil:
		return known{s}, nil
	case full:
		return r.pool, nil
	}
	s, err := r.pool.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	first := r.byText[text]
	if first == nil && len(r.byText) < maxPrepared {
		r.byText[text] = s
		return known{s}, nil
	}
	_ = s.Close() //nolint:sqlclosecheck // nobody has used it; one that is kept stays open
	if first != nil {
		return known{first}, nil
	}
	return r.pool, nil
}
