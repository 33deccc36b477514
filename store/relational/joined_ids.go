package relational

import (
	"fmt"
	"strconv"
	"strings"
)

// The marks that stand before each id of a list that is one text. They are
// characters that no id has.
const (
	idMark      = "\x1f" // ASCII's own separator of units
	repliesMark = "\x1e" // after idMark: the follow is withReplies
)

// joinedIDs is an SQL expression. Its value is one text with the ids in a column
// of all rows of from, which is a table and its WHERE clause: first their
// number, then each id with its mark before it. The mark is an expression whose
// value begins with idMark. The text is empty if there are no rows. splitIDs
// takes it apart again.
//
// Ids are drawn by servers and have no marks in them. If another program wrote
// one that has, the number does not fit and splitIDs fails, so that nobody is
// given somebody else's id.
func joinedIDs(mark, column, from string) string {
	return "(SELECT COALESCE(count(*) || string_agg(" + mark + " || " + column + ", ''), '') FROM " + from + ")"
}

// splitIDs takes a text of joinedIDs apart. The ids are parts of the text, so it
// allocates once for all of them.
func splitIDs[T any](text string, of func(id string) T) ([]T, error) {
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
