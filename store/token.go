package store

import (
	"crypto/rand"
	"crypto/sha256"
)

// The lengths of tokens, in characters. Clients tell the two kinds apart by
// them; Notewire does not.
const (
	nativeTokenLen = 16
	appTokenLen    = 32
)

// HashToken is what is kept of an access token.
func HashToken(token string) TokenHash { return sha256.Sum256([]byte(token)) }

// NewNativeToken draws a token with all permissions, for people who sign in.
func NewNativeToken() string { return newToken(nativeTokenLen) }

// NewAppToken draws a token for a program.
func NewAppToken() string { return newToken(appTokenLen) }

// newToken draws letters and digits, each as likely as any other.
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
