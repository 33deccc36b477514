package protocol

import (
	"net/url"
	"strings"
	"time"

	"notewire/store"
)

// Packer makes wire structs from store types. It is a value without state and
// may be copied and used from any goroutine.
type Packer struct {
	// BaseURL is where clients reach the server, without a slash at the end,
	// for example https://notes.example or http://127.0.0.1:3000.
	BaseURL string
	// Now is the clock that onlineStatus is told by; nil means time.Now.
	Now func() time.Time
}

// FormatTime prints an instant as all of the API does: ISO 8601, UTC,
// milliseconds, Z.
func FormatTime(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// timeOrNull is null for the zero time.
func timeOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := FormatTime(t)
	return &s
}

// orNull is null for the empty string.
func orNull[S ~string](s S) *S {
	if s == "" {
		return nil
	}
	return &s
}

// orEmpty is [] rather than null.
func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// orEmptyMap is {} rather than null.
func orEmptyMap[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return m
}

func (p Packer) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}

// host is the server's own name with its port, as identicons carry it.
func (p Packer) host() string {
	if u, err := url.Parse(p.BaseURL); err == nil {
		return u.Host
	}
	return ""
}

// FileURL is the address of a stored file. A key that is an address already
// (a remote user's avatar) stays as it is; a path is taken under the base URL.
func (p Packer) FileURL(key string) string {
	switch {
	case strings.Contains(key, "://"):
		return key
	case strings.HasPrefix(key, "/"):
		return p.BaseURL + key
	default:
		return p.BaseURL + "/files/" + key
	}
}

// IdenticonURL is the address of the picture of a user who has no avatar. One
// is needed because clients fail on users without an avatarUrl.
func (p Packer) IdenticonURL(u *store.User) string {
	host := u.Host
	if u.Local() {
		host = p.host()
	}
	return p.BaseURL + "/identicon/" + url.PathEscape(strings.ToLower(u.Username)) + "@" + url.PathEscape(host)
}

// OptionalString is a string that may be absent, null or there. Its zero
// value is absent; use it with omitzero.
type OptionalString struct {
	Present bool
	Value   *string // nil: null
}

// PresentString is there: the string, or null if it is empty.
func PresentString(s string) OptionalString {
	return OptionalString{Present: true, Value: orNull(s)}
}

// IsZero says whether the key is left out.
func (o OptionalString) IsZero() bool { return !o.Present }

// MarshalJSON encodes the string or null.
func (o OptionalString) MarshalJSON() ([]byte, error) {
	if o.Value == nil {
		return null, nil
	}
	return appendString(nil, *o.Value), nil
}
