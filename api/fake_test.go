package api

import (
	"context"
	"errors"
	"time"

	"notewire/api/storage"
	"notewire/store"
)

// fakeStore knows tokens and nothing else: enough for the framework.
type fakeStore struct {
	storage.Tx // nil: a method that a test did not mean to call panics
	tokens     map[store.TokenHash]*store.Identity
	down       bool
	onLookup   func() // called when a token is looked up; nil: not
}

func (f *fakeStore) InTx(ctx context.Context, do func(context.Context, storage.Tx) error) error {
	return do(ctx, f)
}

func (f *fakeStore) IdentityByTokenHash(_ context.Context, h store.TokenHash) (*store.Identity, error) {
	if f.onLookup != nil {
		f.onLookup()
	}
	if f.down {
		return nil, errors.New("secret detail")
	}
	if who, ok := f.tokens[h]; ok {
		return who, nil
	}
	return nil, store.ErrNotFound
}

func (f *fakeStore) TouchToken(context.Context, string, time.Time) error { return nil }

// give makes a token for a user.
func (f *fakeStore) give(token string, u *store.User, t store.AccessToken) {
	t.UserID, t.Hash = u.ID, store.HashToken(token)
	if f.tokens == nil {
		f.tokens = map[store.TokenHash]*store.Identity{}
	}
	f.tokens[t.Hash] = &store.Identity{User: u, Token: &t}
}
