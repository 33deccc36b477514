package action

import (
	"log/slog"
	"net/netip"
	"runtime"
	"strings"
	"time"

	"notewire/api/password"
	"notewire/api/storage"
	"notewire/protocol"
	"notewire/store"
)

// Config is what a Service is made of.
type Config struct {
	// BaseURL is where clients reach the server: scheme and host, no path.
	// Required.
	BaseURL string
	// FileDir is where uploads lie.
	FileDir string
	// Timeout bounds what the service does by itself, one transaction at a time.
	// Required.
	Timeout time.Duration
	// PasswordCost is bcrypt's. Required.
	PasswordCost int
	// UnreadAfter is how long a notification may stay unread before main is
	// reminded of it. Required.
	UnreadAfter time.Duration
	// Store is the database. Required.
	Store storage.Store
	// IDs makes ids. Required.
	IDs IDMaker
	// Logger is told of what fails while nobody waits for it. Required.
	Logger *slog.Logger
	// Now is the clock. Required.
	Now func() time.Time
}

// IDMaker makes ids. Rows of other processes may have them already.
type IDMaker interface {
	New(at time.Time) string
}

// Service does what people do, and what is due by itself. It is safe for
// concurrent use.
type Service struct {
	config    Config
	log       *slog.Logger
	unread    *reminders
	failed    failedPolls
	packer    protocol.Packer
	passwords password.Hasher
}

// New makes a Service. The caller runs Run beside it, and keeps the store open
// for as long as anybody acts.
func New(c Config) *Service {
	s := &Service{
		config: c, log: c.Logger,
		packer:    protocol.Packer{BaseURL: c.BaseURL, Now: c.Now},
		passwords: password.NewHasher(c.PasswordCost, runtime.GOMAXPROCS(0)),
	}
	s.unread = newReminders(s)
	return s
}

// host is the name under which local users are known, without scheme.
func (s *Service) host() string {
	_, host, _ := strings.Cut(s.config.BaseURL, "://")
	return host
}

// Actor is somebody who acts now: who they are (nil: nobody who is signed in),
// and from where.
func (s *Service) Actor(who *store.Identity, from netip.Addr) *Actor {
	return &Actor{Identity: who, Address: from, Now: s.config.Now(), service: s}
}
