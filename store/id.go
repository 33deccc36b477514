package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"
)

// UserID identifies a user; NoteID a note. Both are Misskey's aidx, like all
// other ids, which are plain strings.
type (
	// UserID identifies a user, local or remote. The empty UserID stands for
	// an anonymous viewer.
	UserID string
	// NoteID identifies a note. The empty NoteID stands for "none".
	NoteID string
)

// idEpoch is where Misskey's aid and aidx count from: 2000-01-01T00:00:00Z.
const idEpochMillis = 946684800000

const (
	idTimeLen    = 8
	idNodeLen    = 4
	idCounterLen = 4
	idLen        = idTimeLen + idNodeLen + idCounterLen
	idCounterMax = 36 * 36 * 36 * 36
)

// ErrBadID says that a string is not an aidx.
var ErrBadID = errors.New("not an aidx id")

// IDs makes ids in Misskey's aidx format: 16 characters of base 36, of which
// eight are the milliseconds since 2000, four a random node name drawn at
// start, four a counter. Ids sort by time. It is safe for concurrent use.
type IDs struct {
	node    string
	counter atomic.Uint32
}

// NewIDs makes a generator with a random node name.
func NewIDs() *IDs {
	var b [4]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails
	n := (uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24) % idCounterMax
	return &IDs{node: base36(n, idNodeLen)}
}

// New makes an id for the instant at. Instants before 2000 count as 2000.
func (g *IDs) New(at time.Time) string {
	ms := at.UnixMilli() - idEpochMillis
	if ms < 0 {
		ms = 0
	}
	c := uint64(g.counter.Add(1)-1) % idCounterMax
	return base36(uint64(ms), idTimeLen) + g.node + base36(c, idCounterLen)
}

// IDTime reads the instant out of an aidx id, in UTC with milliseconds. It
// answers ErrBadID if the string has no time part.
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

// IDFloor is the smallest id that a generator can make for the instant at.
// Timelines use it to turn sinceDate and untilDate into id bounds.
func IDFloor(at time.Time) string {
	ms := at.UnixMilli() - idEpochMillis
	if ms < 0 {
		ms = 0
	}
	return base36(uint64(ms), idTimeLen) + base36(0, idLen-idTimeLen)
}

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
