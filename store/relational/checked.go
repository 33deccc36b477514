package relational

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"notewire/store"
)

// checked refuses texts with a NUL character before they get to an engine:
// PostgreSQL would fail the statement, and with it the transaction, SQLite
// would take them.
type checked struct{ q Querier }

func (c checked) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	if slices.ContainsFunc(args, hasNUL) {
		return 0, store.ErrBadText
	}
	return c.q.Exec(ctx, sql, args...)
}

func (c checked) Query(ctx context.Context, sql string, args ...any) (Rows, error) {
	if slices.ContainsFunc(args, hasNUL) {
		return nil, store.ErrBadText
	}
	return c.q.Query(ctx, sql, args...)
}

func (c checked) QueryRow(ctx context.Context, sql string, args ...any) Row {
	if slices.ContainsFunc(args, hasNUL) {
		return badText{}
	}
	return c.q.QueryRow(ctx, sql, args...)
}

// badText is the row of a refused query.
type badText struct{}

func (badText) Scan(...any) error { return store.ErrBadText }

// hasNUL says whether an argument is a text with a NUL character.
func hasNUL(arg any) bool {
	switch v := arg.(type) {
	case nil, int, int64, bool, []byte, []string, [][]byte: // arrays have been cleaned, see array
		return false
	case string:
		return strings.IndexByte(v, 0) >= 0
	case *string:
		return v != nil && strings.IndexByte(*v, 0) >= 0
	}
	v := reflect.ValueOf(arg) // ids, visibilities, …
	return v.Kind() == reflect.String && strings.IndexByte(v.String(), 0) >= 0
}

// array makes the argument for Dialect.In. Values with a NUL character are
// left out: no column holds one.
func (q Queries) array(values []string) any {
	if slices.ContainsFunc(values, func(v string) bool { return hasNUL(v) }) {
		values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return hasNUL(v) })
	}
	return q.d.Array(values)
}

// byteArray makes the argument for Dialect.InBytes.
func (q Queries) byteArray(hashes []store.TokenHash) any {
	values := make([][]byte, len(hashes))
	for i := range hashes {
		values[i] = hashes[i][:]
	}
	return q.d.ByteArray(values)
}
