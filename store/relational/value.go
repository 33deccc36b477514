package relational

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// errScan says that a column holds what this program never writes.
var errScan = errors.New("unexpected value in the database")

// millis is an instant as it is stored: milliseconds since the epoch, 0 for the
// zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// nullIfEmpty is an id as it is stored: NULL for the empty one.
func nullIfEmpty[T ~string](s T) any {
	if s == "" {
		return nil
	}
	return string(s)
}

// jsonList is a list as it is stored: a JSON array, empty for nil.
func jsonList[T any](l []T) string {
	if len(l) == 0 {
		return "[]"
	}
	return jsonText(l)
}

// jsonText is a value as it is stored in a JSON column.
func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		// Only values of types that JSON cannot express fail; the domain has none.
		panic(fmt.Sprintf("store: encoding %T: %v", v, err))
	}
	return string(b)
}

// toStrings turns ids of one kind into strings, for Dialect.Array.
func toStrings[T ~string](ids []T) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

// asTime scans a stored instant.
type asTime struct{ t *time.Time }

// Scan implements sql.Scanner.
func (d asTime) Scan(src any) error {
	n, ok := src.(int64)
	switch {
	case !ok:
		return fmt.Errorf("%w: %T for an instant", errScan, src)
	case n == 0:
		*d.t = time.Time{}
	default:
		*d.t = time.UnixMilli(n).UTC()
	}
	return nil
}

// asText scans a column whose NULL is the empty string.
func asText[T ~string](s *T) textDest[T] { return textDest[T]{s} }

type textDest[T ~string] struct{ s *T }

// Scan implements sql.Scanner.
func (d textDest[T]) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d.s = ""
	case string:
		*d.s = T(v)
	case []byte:
		*d.s = T(v)
	default:
		return fmt.Errorf("%w: %T for a text", errScan, src)
	}
	return nil
}

// asJSON scans a JSON column into what the pointer points to. Empty lists and
// objects are left as they are, so that they stay nil.
func asJSON(to any) jsonDest { return jsonDest{to} }

type jsonDest struct{ to any }

// Scan implements sql.Scanner.
func (d jsonDest) Scan(src any) error {
	var b []byte
	switch v := src.(type) {
	case nil:
		return nil
	case string:
		b = []byte(v)
	case []byte:
		b = v
	default:
		return fmt.Errorf("%w: %T for JSON", errScan, src)
	}
	if len(b) == 2 { // [] or {}
		return nil
	}
	if err := json.Unmarshal(b, d.to); err != nil {
		return fmt.Errorf("%w: %w", errScan, err)
	}
	return nil
}

// statement is a statement that is put together from parts.
type statement struct {
	strings.Builder
	args []any
}

// arg binds a value and answers its placeholder.
func (s *statement) arg(v any) string {
	s.args = append(s.args, v)
	return "$" + strconv.Itoa(len(s.args))
}
