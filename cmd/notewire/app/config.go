package app

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"notewire/api"
	"notewire/api/httpserver"
	"notewire/api/socket"
	"notewire/api/streaming"
	"notewire/channel"
	"notewire/notecapture"
	"notewire/store"
	"notewire/store/feed"
	"notewire/store/postgres"
)

// Config is what an App is made of. A zero field means its default; New fills
// the defaults in and refuses what cannot work with a SettingError.
type Config struct {
	// Listen is the address that clients connect to, host:port; port 0 draws one.
	// Default 127.0.0.1:3000.
	Listen string
	// MetricsListen is the address of /metrics, /healthz and /readyz for whoever
	// watches the server. Default: none.
	MetricsListen string
	// ProfilesListen is the address of Go's profiles, which has to be a loopback
	// address: whoever reaches it can read the process's memory. Default: none.
	ProfilesListen string

	// URL is where clients reach the server: scheme and host, no path. Default:
	// http:// and the address of the listener.
	URL string
	// Name is how the server calls itself to people. Default "Notewire".
	Name string
	// Version is this program's version, as nodeinfo and metrics tell it.
	// Default "devel".
	Version string
	// OpenRegistration lets anybody sign up. Default: only the first account may
	// be made, and is an administrator.
	OpenRegistration bool
	// SignupHost has signup honour its parameter host, which makes remote users,
	// for suites of tests that need them. Default: the parameter is ignored.
	SignupHost bool
	// WithoutRateLimits turns Misskey's rate limits of the API off, the throttle
	// of sign-in included. Default: they are on.
	WithoutRateLimits bool
	// TrustedProxies are the networks whose X-Forwarded-For is believed. Default:
	// none.
	TrustedProxies []netip.Prefix

	// Database says where the data is.
	Database DatabaseConfig
	// IDs is the kind of ids. A database keeps the kind with which it was first
	// started; New answers store.ErrOtherIDs if another is asked for. Default: the
	// database's, aidx for a new one.
	IDs store.IDKind
	// API bounds the calls of the API.
	API APILimits
	// Streaming bounds websockets, each and all together.
	Streaming StreamingLimits
	// HTTP bounds what a client can make the HTTP servers wait for. The default of
	// its HeaderTimeout is Streaming.Socket.HandshakeTimeout.
	HTTP httpserver.Limits
	// KeepAlive is after how long a silence TCP asks whether the other side is still
	// there; a minute later the connection is given up. Default 1 min.
	KeepAlive time.Duration
	// EventLog is how the log of events is read and kept.
	EventLog EventLogConfig

	// Logger gets what happens, at all levels; no token or password is ever in
	// it. Default: discards.
	Logger *slog.Logger
	// Hooks are where commands and tests come in.
	Hooks Hooks
}

// DatabaseConfig says where the data is.
type DatabaseConfig struct {
	// URL is sqlite:FILE, sqlite::memory: or postgres://…. Default
	// sqlite:notewire.db.
	URL string
	// ListenURL is another postgres:// URL, past a pooler, for the event log, for
	// LISTEN and for migrations. Default: URL.
	ListenURL string
	// MaxConns bounds the connections to PostgreSQL that serve the HTTP API, as a
	// count. Default 16.
	MaxConns int
	// StreamConns bounds the connections to PostgreSQL for what /streaming looks
	// up, as a count. Default 6.
	StreamConns int
	// MustExist refuses an SQLite file that is not there, rather than to make it.
	MustExist bool
}

// APILimits bound the calls of the API. Past each a call is refused; which
// status it is answered with is Misskey's.
type APILimits struct {
	// Files is the folder of uploaded files, which is made if it is missing.
	// Default "files".
	Files string
	// MaxFileSize bounds an uploaded file, in bytes. Default 32 MiB.
	MaxFileSize int64
	// MaxBody bounds the body of a request that is no upload, in bytes. Default
	// 1 MiB.
	MaxBody int64
	// RequestTimeout bounds the work behind one call. Default 30 s.
	RequestTimeout time.Duration
	// PasswordCost is bcrypt's cost of new passwords, 4 to 31. Default 10.
	PasswordCost int
	// UnreadAfter is how long a notification may stay unread before the channel
	// main is reminded of it. Default 2 s.
	UnreadAfter time.Duration
}

// StreamingLimits bound websockets. Each is counted in the metrics when it is
// met.
type StreamingLimits struct {
	// Socket bounds the frames, queues and times of one connection, and all
	// queues together.
	Socket socket.Limits
	// MaxChannels is how many channels a connection may have joined, as a count.
	// Further connects are ignored. Default 32.
	MaxChannels int
	// MaxCaptures is how many notes a connection may have captured, as a count.
	// Past it the oldest capture is dropped. Default 1,536.
	MaxCaptures int
	// MaxPerUser bounds the open connections of one user, as a count. Past it an
	// upgrade is answered with 429. Default 64.
	MaxPerUser int
	// MaxPerAddress bounds the open connections of one client address, as a count.
	// Past it an upgrade is answered with 429. Loopback has no limit. Default 256.
	MaxPerAddress int
	// ViewerLinger is how long a user's relations are kept in memory after their
	// last connection. Default 1 min.
	ViewerLinger time.Duration
	// ReplayEvents is how many events of the log a client may be behind and still
	// be resumed by its cursor, as a count. Default 1,000.
	ReplayEvents int
	// Drain is over how long connections are closed at the end, so that their
	// reconnects do not come at once. Zero closes all at once.
	Drain time.Duration
	// TextPong answers the text frame "ping" with "pong".
	TextPong bool
}

// EventLogConfig is how the log of events is read and kept.
type EventLogConfig struct {
	// Retention is how long rows of the log are kept. Default 24 h.
	Retention time.Duration
	// Poll is how often the log is read without a wake. Default 500 ms.
	Poll time.Duration
}

// Hooks are where commands and tests come in. Each may be nil.
type Hooks struct {
	// Ready is called once clients are let in. An error ends Run with it.
	Ready func(context.Context, *App) error
	// Draining is called when Run begins to send its clients away, before it is
	// logged.
	Draining func()
	// Access replaces the look-up of what a token opens, given the one that ships.
	Access func(streaming.AccessLoader) streaming.AccessLoader
	// Handler replaces what answers the requests of clients, given the one that
	// ships.
	Handler func(http.Handler) http.Handler
	// Now is the clock of the API. Default time.Now.
	Now func() time.Time
}

// Default is a Config in which every field has its default. Fields whose default
// is their zero value are left zero.
func Default() Config {
	return Config{
		Listen:   "127.0.0.1:3000",
		Name:     api.DefaultName,
		Version:  "devel",
		Database: DatabaseConfig{URL: "sqlite:notewire.db", MaxConns: postgres.DefaultMaxConns, StreamConns: postgres.DefaultStreamConns},
		API: APILimits{
			Files: "files", MaxFileSize: api.DefaultMaxFileSize, MaxBody: api.DefaultMaxBody, RequestTimeout: api.DefaultRequestTimeout,
			PasswordCost: api.DefaultPasswordCost, UnreadAfter: api.DefaultUnreadAfter,
		},
		Streaming: StreamingLimits{
			Socket:      socket.DefaultLimits(),
			MaxChannels: channel.DefaultMaxChannels, MaxCaptures: notecapture.DefaultLimit,
			MaxPerUser: socket.DefaultMaxPerUser, MaxPerAddress: socket.DefaultMaxPerAddress,
			ViewerLinger: channel.DefaultLinger, ReplayEvents: streaming.DefaultReplayEvents,
		},
		EventLog:  EventLogConfig{Retention: 24 * time.Hour, Poll: feed.DefaultPoll},
		HTTP:      httpserver.DefaultLimits(),
		KeepAlive: time.Minute,
		Logger:    slog.New(slog.DiscardHandler),
	}
}
