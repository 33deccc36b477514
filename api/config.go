package api

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/crypto/bcrypt"

	"notewire/api/action"
	"notewire/api/address"
	"notewire/api/storage"
	"notewire/store"
)

// Config is what a Server is made of. New fills defaults in and refuses what
// cannot work.
type Config struct {
	// BaseURL is where clients reach the server: scheme and host, no path.
	// Required.
	BaseURL string
	// Name is how the server calls itself to people; empty: "Notewire".
	Name string
	// Version is this program's version; empty: "dev". Clients are told a
	// Misskey version (misskeyVersion) in the places where they read one.
	Version string
	// OpenRegistration lets anybody sign up.
	OpenRegistration bool
	// AllowHost lets signup make remote users (development and tests).
	AllowHost bool
	// RateLimits turns Misskey's limits on. Off, sign-in is not throttled
	// either.
	RateLimits bool
	// TrustedProxies may say who their client is. Default: none.
	TrustedProxies address.Proxies
	// FileDir is where uploads lie. Empty: there is no drive, uploads fail.
	FileDir string
	// MaxFileSize bounds an upload, in bytes. Default 32 MiB.
	MaxFileSize int64
	// MaxBody bounds the body of a request that is not an upload, in bytes.
	// Default 1 MiB, as on Misskey.
	MaxBody int64
	// RequestTimeout bounds the work behind one call. Default 30 s.
	RequestTimeout time.Duration
	// PasswordCost is bcrypt's. Default bcrypt.DefaultCost; tests want the
	// minimum.
	PasswordCost int
	// UnreadAfter is how long a notification may stay unread before main is
	// reminded of it. Default 2 s, as on Misskey.
	UnreadAfter time.Duration

	// Store is the database. Required.
	Store storage.Store
	// IDs makes ids: a *store.IDs of the database's kind. Default: one of AIDX.
	IDs action.IDMaker
	// Logger gets failures and, at debug level, requests. Default: discards.
	Logger *slog.Logger
	// Observer hears of every request. Nil: nobody does.
	Observer Observer
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

// The defaults of Config that others show to people.
const (
	DefaultName           = "Notewire"
	DefaultMaxFileSize    = 32 << 20
	DefaultMaxBody        = 1 << 20
	DefaultRequestTimeout = 30 * time.Second
	DefaultUnreadAfter    = 2 * time.Second
	DefaultPasswordCost   = bcrypt.DefaultCost
)

// complete checks the configuration and fills its defaults in.
func (c *Config) complete() error {
	u, err := url.Parse(c.BaseURL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return fmt.Errorf("base url %q is not scheme://host", c.BaseURL)
	}
	c.BaseURL = u.Scheme + "://" + u.Host
	if c.Store == nil {
		return errors.New("no store")
	}
	for _, p := range c.TrustedProxies {
		if p == (netip.Prefix{}) {
			return errors.New("an empty network among the trusted proxies")
		}
	}
	if c.FileDir != "" {
		if st, err := os.Stat(c.FileDir); err != nil || !st.IsDir() {
			return fmt.Errorf("file directory %q is not a directory", c.FileDir)
		}
	}
	if c.PasswordCost == 0 {
		c.PasswordCost = DefaultPasswordCost
	}
	if c.PasswordCost < bcrypt.MinCost || c.PasswordCost > bcrypt.MaxCost {
		return fmt.Errorf("password cost %d is not between %d and %d", c.PasswordCost, bcrypt.MinCost, bcrypt.MaxCost)
	}
	if c.MaxFileSize < 0 || c.MaxBody < 0 || c.RequestTimeout < 0 || c.UnreadAfter < 0 {
		return errors.New("negative limit")
	}
	fill(&c.Name, DefaultName)
	fill(&c.Version, "dev")
	fill(&c.MaxFileSize, DefaultMaxFileSize)
	fill(&c.MaxBody, DefaultMaxBody)
	fill(&c.RequestTimeout, DefaultRequestTimeout)
	fill(&c.UnreadAfter, DefaultUnreadAfter)
	if c.IDs == nil {
		c.IDs = store.NewIDs(store.AIDX)
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return nil
}

func fill[T comparable](v *T, fallback T) {
	var zero T
	if *v == zero {
		*v = fallback
	}
}
