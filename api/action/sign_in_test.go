package action

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"notewire/api/password"
	"notewire/api/storage"
	"notewire/store"
	"testing"
	"time"
)

// accounts is a store with two users, of whom one is of another server.
type accounts struct{ storage.Store }

func (accounts) UserByName(_ context.Context, name, host string) (*store.User, error) {
	if name == "alice" && host == "" {
		return &store.User{ID: "a", Username: "alice"}, nil
	}
	return nil, store.ErrNotFound
}

func (accounts) PasswordHash(context.Context, store.UserID) (string, error) { return "x", nil }

// Nobody learns from the time that an answer takes who has an account: every way
// in which a sign-in with a password fails compares one.
func TestEveryFailedSignInCostsAComparison(t *testing.T) {
	s := New(Config{BaseURL: "http://nw.example", Store: accounts{}, Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
	s.passwords = password.Hasher{} // nobody's turn comes: a comparison waits until the context ends
	wrong := "wrong"
	for _, name := range []string{"alice", "nobody", "remote", "a b"} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := s.Actor(nil, netip.Addr{}).SignIn(ctx, name, &wrong, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: failed with %v, without waiting for a comparison", name, err)
		}
	}
	if _, _, err := s.Actor(nil, netip.Addr{}).SignIn(t.Context(), "nobody", nil, nil); !errors.Is(err, ErrNoSuchAccount) {
		t.Errorf("without a password: %v", err)
	}
}
