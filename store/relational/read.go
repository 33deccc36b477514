package relational

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"notewire/store"
)

// queryAll runs a query and reads each of its rows.
func queryAll[T any](ctx context.Context, q Querier, doing string, scan func(Row) (T, error), sql string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", doing, err)
		}
		out = append(out, v)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return out, nil
}

// queryOne reads one row; there being none is store.ErrNotFound.
func queryOne[T any](ctx context.Context, q Querier, doing string, scan func(Row) (T, error), sql string, args ...any) (T, error) {
	v, err := scan(q.QueryRow(ctx, sql, args...))
	if err != nil {
		var zero T
		return zero, fmt.Errorf("%s: %w", doing, err)
	}
	return v, nil
}

// scanText reads a row of one text.
func scanText[T ~string](r Row) (T, error) {
	var s string
	err := r.Scan(&s)
	return T(s), err
}

// scanInt reads a row of one number.
func scanInt(r Row) (int, error) {
	var n int
	err := r.Scan(&n)
	return n, err
}

// execExisting runs a statement that changes rows that exist. If there are none,
// that is store.ErrNotFound.
func execExisting(ctx context.Context, q Querier, doing, sql string, args ...any) error {
	return execChanging(ctx, q, doing, store.ErrNotFound, sql, args...)
}

// insert runs an INSERT … ON CONFLICT DO NOTHING, since an INSERT that fails would
// end the transaction on PostgreSQL. If it inserts no row, that is
// store.ErrConflict.
func insert(ctx context.Context, q Querier, doing, sql string, args ...any) error {
	return execChanging(ctx, q, doing, store.ErrConflict, sql+" ON CONFLICT DO NOTHING", args...)
}

// insertNew is insert for a row of the table whose id is the first of args. If
// another row has the id, that is store.ErrIDTaken. The other row is taken to be
// there still: it was made in the same millisecond.
func insertNew(ctx context.Context, q Querier, doing, table, sql string, args ...any) error {
	conflict := insert(ctx, q, doing, sql, args...)
	if !errors.Is(conflict, store.ErrConflict) {
		return conflict
	}
	same, err := queryOne(ctx, q, doing, scanInt, "SELECT count(*) FROM "+table+" WHERE id = $1", args[0])
	if err != nil {
		return err
	}
	if same > 0 {
		return fmt.Errorf("%s: %w", doing, store.ErrIDTaken)
	}
	return conflict
}

// execChanging runs a statement and answers the error none if it changed no row.
func execChanging(ctx context.Context, q Querier, doing string, none error, sql string, args ...any) error {
	n, err := q.Exec(ctx, sql, args...)
	if err == nil && n == 0 {
		err = none
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// appendPage adds the bounds, order and limit of a page to a statement that ends in
// its WHERE clause.
func (s *statement) appendPage(p store.Page, column string) {
	if p.SinceID != "" {
		fmt.Fprintf(s, " AND %s > %s", column, s.arg(p.SinceID))
	}
	if p.UntilID != "" {
		fmt.Fprintf(s, " AND %s < %s", column, s.arg(p.UntilID))
	}
	order := "DESC"
	if p.Ascending() {
		order = "ASC"
	}
	fmt.Fprintf(s, " ORDER BY %s %s LIMIT %s", column, order, s.arg(p.Limit))
}

// queryPage runs a statement that ends in its WHERE clause for one page, sorted
// by the column.
func queryPage[T any](ctx context.Context, q Querier, doing string, scan func(Row) (T, error), p store.Page, column, sql string, args ...any) ([]T, error) {
	s := statement{args: args}
	s.WriteString(sql)
	s.appendPage(p, column)
	return queryAll(ctx, q, doing, scan, s.String(), s.args...)
}

// inOrder puts what was found into the order that was asked for, without what
// is missing, and each once.
func inOrder[K comparable, V any](ids []K, found []V, id func(V) K) []V {
	byID := make(map[K]V, len(found))
	for _, v := range found {
		byID[id(v)] = v
	}
	out := make([]V, 0, len(found))
	for _, k := range ids {
		if v, ok := byID[k]; ok {
			out = append(out, v)
			delete(byID, k)
		}
	}
	return out
}

// distinct are the ids in order, without doubles and the empty one.
func distinct[T ~string](ids []T) []T {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id T) bool { return id == "" })
	slices.Sort(ids)
	return slices.Compact(ids)
}
