package api

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

// passwords hashes and compares. A hash costs a core for a good part of a
// second, so only so many are made at once; others wait for their turn.
type passwords struct {
	cost  int
	turn  chan struct{}
	decoy func() (string, error) // a hash that nobody has the password of
}

func newPasswords(cost, atOnce int) passwords {
	return passwords{cost: cost, turn: make(chan struct{}, atOnce), decoy: sync.OnceValues(func() (string, error) {
		return HashPassword(rand.Text(), cost)
	})}
}

// HashPassword is what is kept of a password, made with bcrypt at the cost.
func HashPassword(password string, cost int) (string, error) {
	hash, err := bcrypt.GenerateFromPassword(bcryptInput(password), cost)
	if err != nil {
		return "", fmt.Errorf("hashing a password: %w", err)
	}
	return string(hash), nil
}

func (p passwords) hash(ctx context.Context, password string) (string, error) {
	if err := p.enter(ctx); err != nil {
		return "", err
	}
	defer p.leave()
	return HashPassword(password, p.cost)
}

// matches says whether the password is the one that was hashed. Nothing
// matches an empty hash, which takes as long to find out as a wrong password:
// time does not tell who has an account that can sign in.
func (p passwords) matches(ctx context.Context, hash, password string) (bool, error) {
	if err := p.enter(ctx); err != nil {
		return false, err
	}
	defer p.leave()
	if hash == "" {
		var err error
		if hash, err = p.decoy(); err != nil {
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

func (p passwords) enter(ctx context.Context) error {
	select {
	case p.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting to hash a password: %w", ctx.Err())
	}
}

func (p passwords) leave() { <-p.turn }

// bcryptInput shortens what bcrypt would refuse, so that every byte of a long
// password counts.
func bcryptInput(password string) []byte {
	if len(password) <= bcryptMax {
		return []byte(password)
	}
	sum := sha256.Sum256([]byte(password))
	return []byte(base64.StdEncoding.EncodeToString(sum[:]))
}
