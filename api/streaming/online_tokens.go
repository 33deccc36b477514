package streaming

import (
	"encoding/binary"
	"sync"
	"time"

	"notewire/store"
)

// onlineTokens are the tokens whose users are probably online on this node. The
// user of another token is read together with their relations, by one query; for
// a user who is online the relations would be read in vain, since the hub has
// them. Nothing else depends on the answer, so it may be wrong.
type onlineTokens struct {
	linger time.Duration // how long the hub keeps a viewer after its last connection

	mu   sync.Mutex
	open map[tokenMark]int // connections
	// left are the tokens whose last connection ended after since, and leftBefore
	// those whose last connection ended in the period before since.
	left, leftBefore map[tokenMark]struct{}
	since            time.Time
}

// tokenMark is a short hash of a token. Two tokens may have the same.
type tokenMark uint64

func markOf(hash store.TokenHash) tokenMark { return tokenMark(binary.LittleEndian.Uint64(hash[:])) }

func (k *onlineTokens) init(linger time.Duration) {
	k.linger = linger
	k.open, k.left = map[tokenMark]int{}, map[tokenMark]struct{}{}
}

// has says whether the token's user is probably online.
func (k *onlineTokens) has(t tokenMark, now time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.open[t]; ok {
		return true
	}
	k.forgetOld(now)
	_, ok := k.left[t]
	if !ok {
		_, ok = k.leftBefore[t]
	}
	return ok
}

// opened counts one connection more.
func (k *onlineTokens) opened(t tokenMark) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.open[t]++
}

// closed counts one connection less. The token stays for linger, or up to twice as
// long.
func (k *onlineTokens) closed(t tokenMark, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.open[t]--; k.open[t] > 0 {
		return
	}
	delete(k.open, t)
	k.forgetOld(now)
	k.left[t] = struct{}{}
}

// forgetOld begins a new period once linger has passed, and forgets the tokens of
// the period before the last.
func (k *onlineTokens) forgetOld(now time.Time) {
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
