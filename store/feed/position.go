package feed

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
)

// MaxCursor is the length in characters past which ParseCursor refuses a
// cursor. A position with thousands of skipped ranges has a longer one; it
// cannot be resumed from.
const MaxCursor = 16 << 10

// cursorVersion is the first byte of an encoded position.
const cursorVersion = 1

// ErrBadCursor says that a string is no cursor.
var ErrBadCursor = errors.New("malformed cursor")

// Position is how far a log has been read: the highest id, and the ids below
// it that have not been seen. It is immutable. The zero Position covers
// nothing.
type Position struct {
	log     uint32
	highest int64
	skipped []Range // ascending, disjoint, below highest; never written to
}

// Highest is the greatest id that the position covers, 0 for none.
func (p Position) Highest() int64 { return p.highest }

// Skipped are the ranges of ids at or below Highest that the position does not
// cover, ascending. The result is a copy.
func (p Position) Skipped() []Range { return slices.Clone(p.skipped) }

// Covers says whether the event with this id lies behind the position: it was
// handed out, or it never existed.
func (p Position) Covers(id int64) bool {
	if id > p.highest {
		return false
	}
	i := sort.Search(len(p.skipped), func(i int) bool { return p.skipped[i].Last >= id })
	return i == len(p.skipped) || id < p.skipped[i].First
}

// SameLog says whether both positions are of the same log. Positions of
// different logs must not be compared: ids were given out anew.
func (p Position) SameLog(q Position) bool { return p.log == q.log }

// Cursor encodes the position as a short string of URL-safe characters.
func (p Position) Cursor() string {
	buf := make([]byte, 0, 16+4*len(p.skipped))
	buf = append(buf, cursorVersion)
	buf = binary.BigEndian.AppendUint32(buf, p.log)
	buf = binary.AppendUvarint(buf, uint64(p.highest))
	// From the top down, since skipped ids lie close below the highest and
	// their distances then take one byte.
	above := p.highest
	for i := len(p.skipped) - 1; i >= 0; i-- {
		r := p.skipped[i]
		buf = binary.AppendUvarint(buf, uint64(above-r.Last))
		buf = binary.AppendUvarint(buf, uint64(r.Last-r.First))
		above = r.First
	}
	return base64.RawURLEncoding.EncodeToString(buf)
}

// ParseCursor decodes what Cursor made. It answers ErrBadCursor for anything
// else, including strings longer than MaxCursor.
func ParseCursor(s string) (Position, error) {
	if len(s) > MaxCursor {
		return Position{}, fmt.Errorf("%w: too long", ErrBadCursor)
	}
	buf, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(buf) < 6 || buf[0] != cursorVersion {
		return Position{}, ErrBadCursor
	}
	p := Position{log: binary.BigEndian.Uint32(buf[1:5])}
	buf = buf[5:]
	number := func() (int64, bool) {
		v, n := binary.Uvarint(buf)
		// A number padded with zero bytes would be a second name for the same
		// position.
		if n <= 0 || v > math.MaxInt64 || (n > 1 && buf[n-1] == 0) {
			return 0, false
		}
		buf = buf[n:]
		return int64(v), true
	}
	var ok bool
	if p.highest, ok = number(); !ok {
		return Position{}, ErrBadCursor
	}
	above := p.highest
	for len(buf) > 0 {
		distance, ok1 := number()
		length, ok2 := number()
		if !ok1 || !ok2 || distance > above || (distance == 0 && len(p.skipped) > 0) || length >= above-distance {
			return Position{}, ErrBadCursor
		}
		last := above - distance
		p.skipped = append(p.skipped, Range{First: last - length, Last: last})
		above = last - length
	}
	slices.Reverse(p.skipped)
	return p, nil
}
