package password

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/crypto/bcrypt"
)

// bcryptMax is how many bytes bcrypt looks at.
const bcryptMax = 72

// Hasher hashes and compares passwords, only so many at once; whoever comes
// beyond that waits for their turn. It is made by NewHasher and may be copied.
type Hasher struct {
	cost  int
	turn  chan struct{}
	decoy func() (string, error) // a hash that nobody has the password of
}

// NewHasher makes a Hasher that hashes at a bcrypt cost and uses at most
// atOnce processors, at least one.
func NewHasher(cost, atOnce int) Hasher {
	return Hasher{cost: cost, turn: make(chan struct{}, max(1, atOnce)), decoy: sync.OnceValues(func() (string, error) {
		return Hash(rand.Text(), cost)
	})}
}

// Hash is what is kept of a password, made with bcrypt at the cost.
func Hash(password string, cost int) (string, error) {
	hash, err := bcrypt.GenerateFromPassword(bcryptInput(password), cost)
	if err != nil {
		return "", fmt.Errorf("hashing a password: %w", err)
	}
	return string(hash), nil
}

// Hash is what is kept of a password. It fails with the context's error where
// the turn does not come before the context ends.
func (h Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	return Hash(password, h.cost)
}

// Matches says whether the password is the one that was hashed. Nothing
// matches an empty hash, which takes as long to find out as a wrong password:
// the time that an answer takes does not tell who has an account that can sign
// in. It fails with the context's error where the turn does not come before the
// context ends.
func (h Hasher) Matches(ctx context.Context, hash, password string) (bool, error) {
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	if hash == "" {
		var err error
		if hash, err = h.decoy(); err != nil {
			return false, err
		}
	}
	err := bcrypt.CompareHashAndPassword([]byte(hash), bcryptInput(password))
	if errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("comparing a password: %w", err)
	}
	return true, nil
}

func (h Hasher) enter(ctx context.Context) error {
	select {
	case h.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting to hash a password: %w", ctx.Err())
	}
}

func (h Hasher) leave() { <-h.turn }

// bcryptInput shortens what bcrypt would refuse, so that every byte of a long
// password counts.
func bcryptInput(password string) []byte {
	if len(password) <= bcryptMax {
		return []byte(password)
	}
	sum := sha256.Sum256([]byte(password))
	return []byte(base64.StdEncoding.EncodeToString(sum[:]))
}
