package text

import (
	"strings"
	"unicode"
)

// Trim removes white space at both ends, as JavaScript's String.prototype.trim
// does: Unicode's White_Space and the byte-order mark (U+FEFF), but not the C1
// control U+0085, which Go counts as white space and JavaScript does not.
func Trim(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) && r != '\u0085' || r == '\ufeff' })
}
