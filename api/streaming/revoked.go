package streaming

import (
	"sync"
	"time"

	"notewire/store"
)

// revocations remembers for a while whose sessions were ended, for clients
// that were authenticated before and joined the hub after the event went by.
// Either the event finds the session in the hub, or the session finds the
// event here.
type revocations struct {
	keep time.Duration // how long: more than any handshake takes

	mu     sync.Mutex
	tokens map[string]time.Time
	users  map[store.UserID]time.Time
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
		r.tokens, r.users = map[string]time.Time{}, map[store.UserID]time.Time{}
	}
	for id, at := range r.tokens {
		if now.Sub(at) > r.keep {
			delete(r.tokens, id)
		}
	}
	for id, at := range r.users {
		if now.Sub(at) > r.keep {
			delete(r.users, id)
		}
	}
	switch {
	case len(v.TokenIDs) > 0:
		for _, id := range v.TokenIDs {
			r.tokens[id] = now
		}
	case v.Gone:
		r.users[v.UserID] = now
	default: // unsuspended
		delete(r.users, v.UserID)
	}
}

// covers says whether the access was revoked lately. Nobody's never is.
func (r *revocations) covers(who store.Access) bool {
	if who.UserID == "" {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.users[who.UserID]; ok {
		return true
	}
	_, ok := r.tokens[who.TokenID]
	return ok
}
