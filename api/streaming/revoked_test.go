package streaming

import (
	"testing"
	"time"

	"notewire/store"
)

func TestRevocationsAreRemembered(t *testing.T) {
	bob := store.Access{UserID: "bob", TokenID: "b1"}
	for _, c := range []struct {
		name      string
		handshake time.Duration
		before    store.Revocation
		later     time.Duration
		after     store.Revocation
		covered   bool
	}{
		{"suspended", time.Second, store.Revocation{UserID: "bob", Gone: true}, 0, store.Revocation{UserID: "eve", Gone: true}, true},
		{"his token", time.Second, store.Revocation{UserID: "bob", TokenIDs: []string{"b1"}}, 0, store.Revocation{UserID: "eve", Gone: true}, true},
		{"another token", time.Second, store.Revocation{UserID: "bob", TokenIDs: []string{"b2"}, Gone: true}, 0, store.Revocation{UserID: "eve", Gone: true}, false},
		{"unsuspended", time.Second, store.Revocation{UserID: "bob", Gone: true}, 0, store.Revocation{UserID: "bob"}, false},
		{"while a handshake may last", 10 * time.Minute, store.Revocation{UserID: "bob", Gone: true}, 10 * time.Minute, store.Revocation{UserID: "eve", Gone: true}, true},
		{"no longer", 10 * time.Minute, store.Revocation{UserID: "bob", Gone: true}, 21 * time.Minute, store.Revocation{UserID: "eve", Gone: true}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r revocations
			r.rememberFor(c.handshake)
			now := time.Now()
			r.note(&c.before, now)
			r.note(&c.after, now.Add(c.later))
			if got := r.cover(bob, 0); got != c.covered {
				t.Errorf("covered: %v", got)
			}
			if r.cover(store.Access{}, 0) {
				t.Error("nobody was revoked")
			}
			if r.cover(bob, r.soFar()) {
				t.Error("what was looked up afterwards is doubted")
			}
		})
	}
}
