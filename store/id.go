package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// UserID identifies a user; NoteID a note. Both are made by IDs, like all other
// ids, which are plain strings.
type (
	// UserID identifies a user, local or remote. The empty UserID stands for
	// an anonymous viewer.
	UserID string
	// NoteID identifies a note. The empty NoteID stands for "none".
	NoteID string
)

// IDKind is a form of ids. A database has one, from its first start on, since
// ids of two kinds do not sort together.
type IDKind string

// The kinds of ids, as Misskey names them. Both begin with the milliseconds
// since 2000 in eight digits of base 36, so they sort by time.
const (
	// AIDX is 16 characters: the time, four of a node name that each process
	// draws, four of a counter. It is Misskey's default, and this program's.
	AIDX IDKind = "aidx"
	// AID is 10 characters: the time, and two that tell ids of one millisecond
	// apart. Two processes may make the same one; see ErrIDTaken.
	AID IDKind = "aid"
)

// idEpochMillis is where ids count from: 2000-01-01T00:00:00Z.
const idEpochMillis = 946684800000

// How many digits of base 36 the parts of an id have.
const (
	idTimeLen     = 8
	aidxNodeLen   = 4
	aidxCountLen  = 4
	aidCountLen   = 2
	longestID     = idTimeLen + aidxNodeLen + aidxCountLen
	fourDigits    = 36 * 36 * 36 * 36
	idMillisLimit = fourDigits * fourDigits // idTimeLen digits cannot hold it: 2089-05
)

// ErrBadID says that a string does not begin with the time part of an id.
var ErrBadID = errors.New("not an id")

// IDs makes ids of one kind. It is safe for concurrent use. A generator does
// not repeat itself; with AID, that holds for instants up to a second back at
// least.
type IDs struct {
	kind    IDKind
	node    string        // of AIDX
	counter atomic.Uint32 // of AIDX
	counts  millisecondCounts
}

// NewIDs makes a generator. An unknown kind counts as AIDX.
func NewIDs(kind IDKind) *IDs {
	var b [4]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails
	n := (uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24) % fourDigits
	return &IDs{kind: kind, node: base36(n, aidxNodeLen)}
}

// New makes an id for the instant at. Instants before 2000 count as 2000. With
// AID, the id's time is up to a few milliseconds later if more ids were made for
// one instant than two digits tell apart.
func (g *IDs) New(at time.Time) string {
	ms := idMillis(at)
	if g.kind == AID {
		ms, count := g.counts.take(ms)
		return base36(ms, idTimeLen) + base36(count, aidCountLen)
	}
	count := uint64(g.counter.Add(1)-1) % fourDigits
	return base36(ms, idTimeLen) + g.node + base36(count, aidxCountLen)
}

// IDTime reads the instant out of an id of either kind, in UTC with
// milliseconds. It answers ErrBadID if the string has no time part.
func IDTime(id string) (time.Time, error) {
	if len(id) < idTimeLen {
		return time.Time{}, fmt.Errorf("%w: %q", ErrBadID, id)
	}
	ms, err := strconv.ParseInt(id[:idTimeLen], 36, 64)
	if err != nil || ms < 0 {
		return time.Time{}, fmt.Errorf("%w: %q", ErrBadID, id)
	}
	return time.UnixMilli(ms + idEpochMillis).UTC(), nil
}

// IDFloor is a bound between the ids of earlier instants, which are smaller,
// and those of the instant at and later, which are greater. It serves for ids of
// both kinds. Timelines turn sinceDate and untilDate into it. For instants that
// no id can have, after May 2089, it lies above all ids.
func IDFloor(at time.Time) string {
	ms := idMillis(at)
	if ms >= idMillisLimit {
		return strings.Repeat("z", longestID+1)
	}
	return base36(ms, idTimeLen)
}

// idMillis is the time part of an id for the instant at, as a number.
func idMillis(at time.Time) uint64 { return uint64(max(0, at.UnixMilli()-idEpochMillis)) }

// base36 writes n with exactly width digits, keeping the lowest ones.
func base36(n uint64, width int) string {
	const digits = "0123456789abcdefghijklmnopqrstuvwxyz"
	buf := make([]byte, width)
	for i := width - 1; i >= 0; i-- {
		buf[i] = digits[n%36]
		n /= 36
	}
	return string(buf)
}
