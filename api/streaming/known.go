package streaming

import (
	"encoding/binary"
	"sync"
	"time"

	"notewire/store"
)

// known are the tokens whose users are probably online on this node: what is
// asked of the database for a client depends on it, and nothing else. Whoever
// comes with another token is read with their relations at once; those of a
// viewer who is there already would be read in vain.
type known struct {
	linger time.Duration // how long a viewer stays after its last connection

	mu   sync.Mutex
	open map[tokenMark]int // connections
	// left are those whose last connection has ended, after since, and leftBefore
	// those of the time before that.
	left, leftBefore map[tokenMark]struct{}
	since            time.Time
}

// tokenMark stands for a token. Two may have the same.
type tokenMark uint64

func markOf(hash store.TokenHash) tokenMark { return tokenMark(binary.LittleEndian.Uint64(hash[:])) }

func (k *known) init(linger time.Duration) {
	k.linger = linger
	k.open, k.left = map[tokenMark]int{}, map[tokenMark]struct{}{}
}

// has says whether the token's user is probably online.
func (k *known) has(t tokenMark, now time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.open[t]; ok {
		return true
	}
	k.turn(now)
	_, ok := k.left[t]
	if !ok {
		_, ok = k.leftBefore[t]
	}
	return ok
}

// opened counts a connection.
func (k *known) opened(t tokenMark) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.open[t]++
}

// closed takes it back. The user stays known for linger, or twice as long.
func (k *known) closed(t tokenMark, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.open[t]--; k.open[t] > 0 {
		return
	}
	delete(k.open, t)
	k.turn(now)
	k.left[t] = struct{}{}
}

// turn forgets those who left long ago.
func (k *known) turn(now time.Time) {
	switch gone := now.Sub(k.since); {
	case gone < k.linger:
		return
	case gone < 2*k.linger:
		k.leftBefore = k.left
	default:
		k.leftBefore = nil
	}
	k.left, k.since = map[tokenMark]struct{}{}, now
}
