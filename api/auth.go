package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"notewire/store"
)

// The lengths of tokens. Clients and other servers tell the two kinds apart by
// them; Notewire does not.
const (
	nativeTokenLen = 16
	appTokenLen    = 32
)

// touchAfter is how stale the time of a token's last use may be: more often
// would make every read a write.
const touchAfter = time.Minute

// hashToken is what is kept of an access token.
func hashToken(token string) store.TokenHash { return sha256.Sum256([]byte(token)) }

// newToken draws an access token of letters and digits.
func newToken(length int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	const fair = 256 - 256%len(letters) // bytes from here on would favour the first letters
	out := make([]byte, 0, length)
	var b [64]byte
	for len(out) < length {
		_, _ = rand.Read(b[:]) // crypto/rand.Read never fails
		for _, x := range b {
			if int(x) < fair && len(out) < length {
				out = append(out, letters[int(x)%len(letters)])
			}
		}
	}
	return string(out)
}

// bearer reads the token of an Authorization header. As on Misskey the scheme
// is read with regard to case.
func bearer(h http.Header) (token string, ok bool) {
	return strings.CutPrefix(h.Get("Authorization"), "Bearer ")
}

// Authenticate finds who a token belongs to: nil without an error for an
// unknown token, and for one of an account that was deleted.
func (s *Server) Authenticate(ctx context.Context, token string) (*store.Identity, error) {
	if token == "" {
		return nil, nil
	}
	hash := hashToken(token)
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
