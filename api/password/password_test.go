package password

import (
	"context"
	"errors"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

func TestLongPasswords(t *testing.T) {
	long := strings.Repeat("x", 100)
	hash, err := Hash(long, 4)
	if err != nil {
		t.Fatal(err)
	}
	h := NewHasher(4, 1)
	for password, want := range map[string]bool{long: true, long[:99] + "y": false, long[:72]: false} {
		if got, err := h.Matches(t.Context(), hash, password); got != want || err != nil {
			t.Errorf("%d characters: got %v %v", len(password), got, err)
		}
	}
	if got, err := h.Matches(t.Context(), "", ""); got || err != nil {
		t.Errorf("an empty hash: got %v %v", got, err)
	}
}

// A comparison with an empty hash has to take as long as one with a hash that
// this hasher made.
func TestTheDecoyCostsWhatAHashCosts(t *testing.T) {
	decoy, err := NewHasher(5, 1).decoy()
	if err != nil {
		t.Fatal(err)
	}
	if cost, err := bcrypt.Cost([]byte(decoy)); err != nil || cost != 5 {
		t.Errorf("the decoy costs %d, %v; want 5", cost, err)
	}
}

// Nobody waits for a turn longer than their context lasts.
func TestWaitingForATurnEnds(t *testing.T) {
	h := NewHasher(bcrypt.MinCost, 1)
	h.turn <- struct{}{} // taken
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Hash(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("hashing: %v", err)
	}
	if _, err := h.Matches(ctx, "", "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("comparing: %v", err)
	}
}
