package streaming

import (
	"sync"
	"time"

	"notewire/store"
)

// revocations remembers for a while whose sessions were ended, for clients
// that were authenticated before and joined the hub after the event went by.
// Either the event finds the session in the hub, or the session finds the
// event here. What was looked up after the event had come knows of it, and of
// what came after it: somebody may be let in again before that is told here.
type revocations struct {
	keep time.Duration // how long: more than any handshake takes

	mu     sync.Mutex
	count  uint64
	tokens map[string]noted
	users  map[store.UserID]noted
}

// noted is when a revocation came, by the clock and by the count.
type noted struct {
	at    time.Time
	count uint64
}

// rememberedAtLeast is how long revocations are remembered even where handshakes
// are given little time: clocks and goroutines may be slow.
const rememberedAtLeast = 2 * time.Minute

// rememberFor says how long revocations are remembered, given the time that a
// handshake has: between authenticating and joining lies no more than that.
func (r *revocations) rememberFor(handshake time.Duration) {
	r.keep = max(rememberedAtLeast, 2*handshake)
}

// note remembers a revocation, before it is handed to the hub.
func (r *revocations) note(v *store.Revocation, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tokens == nil {
		r.tokens, r.users = map[string]noted{}, map[store.UserID]noted{}
	}
	for id, n := range r.tokens {
		if now.Sub(n.at) > r.keep {
			delete(r.tokens, id)
		}
	}
	for id, n := range r.users {
		if now.Sub(n.at) > r.keep {
			delete(r.users, id)
		}
	}
	r.count++
	switch {
	case len(v.TokenIDs) > 0:
		for _, id := range v.TokenIDs {
			r.tokens[id] = noted{now, r.count}
		}
	case v.Gone:
		r.users[v.UserID] = noted{now, r.count}
	default: // unsuspended
		delete(r.users, v.UserID)
	}
}

// soFar is how many revocations have come. Whoever looks an access up asks for it
// before, and gives it to cover afterwards.
func (r *revocations) soFar() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.count
}

// cover says whether the access was revoked since it was looked up, which was when
// known revocations had come. An anonymous access cannot be revoked.
func (r *revocations) cover(who store.Access, known uint64) bool {
	if who.UserID == "" {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.users[who.UserID].count > known || r.tokens[who.TokenID].count > known
}
