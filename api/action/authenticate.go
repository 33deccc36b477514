package action

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"notewire/store"
)

// touchAfter is how stale the time of a token's last use may be: more often
// would make every read a write.
const touchAfter = time.Minute

// Authenticate finds who a token belongs to: nil without an error for an
// unknown token, and for one of an account that was deleted.
func (s *Service) Authenticate(ctx context.Context, token string) (*store.Identity, error) {
	if token == "" {
		return nil, nil
	}
	hash := store.HashToken(token)
	who, err := s.config.Store.IdentityByTokenHash(ctx, hash)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking up a token: %w", err)
	}
	if subtle.ConstantTimeCompare(hash[:], who.Token.Hash[:]) != 1 || who.User.IsDeleted {
		return nil, nil
	}
	return who, nil
}
