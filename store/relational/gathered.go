package relational

import (
	"fmt"
	"strconv"
	"strings"
)

// What stands before each id of a gathered list: characters that no id has.
const (
	idMark      = "\x1f" // ASCII's own separator of units
	repliesMark = "\x1e" // after idMark: the follow is withReplies
)

// gathered is an expression for the ids in a column of all rows of from (a
// table and its WHERE clause) as one text, which apart takes apart again: how
// many there are, then each with its mark before it, an expression that begins
// with idMark. It is empty where there are none.
//
// Ids are drawn by servers and have no marks in them. If somebody wrote one
// that has, the count tells, and nobody is given somebody else's id.
func gathered(mark, column, from string) string {
	return "(SELECT COALESCE(count(*) || string_agg(" + mark + " || " + column + ", ''), '') FROM " + from + ")"
}

// apart takes a gathered list apart. The ids are parts of the text, so this
// allocates once for all of them.
func apart[T any](text string, of func(id string) T) ([]T, error) {
	if text == "" {
		return nil, nil
	}
	count, rest, _ := strings.Cut(text, idMark)
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 || n > len(text) || strings.Count(rest, idMark) != n-1 {
		return nil, fmt.Errorf("%w: a list of %q ids in %d bytes", errScan, count, len(text))
	}
	out := make([]T, 0, n)
	for range n {
		var s string
		s, rest, _ = strings.Cut(rest, idMark)
		out = append(out, of(s))
	}
	return out, nil
}
