package streaming

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"notewire/api/socket"
	"notewire/channel"
	"notewire/store"
	"notewire/store/feed"
)

// AccessLoader finds out what a token opens.
type AccessLoader interface {
	// AccessByTokenHash answers store.ErrNotFound for an unknown token, and for
	// one of a deleted account. Suspended accounts are answered. What it answers
	// is true of an instant after the call, and is read only.
	AccessByTokenHash(ctx context.Context, hash store.TokenHash) (*store.Access, error)
	// EntryByTokenHash is the same with the relations of the token's user, for a
	// user who is probably not online.
	EntryByTokenHash(ctx context.Context, hash store.TokenHash) (*store.Entry, error)
}

// ParticipationLoader answers what viewers did themselves with notes that they are
// sent: myReaction, and isVoted of the choices of polls.
type ParticipationLoader interface {
	// Participations answers who reacted how to the notes of reacted, and who voted
	// for what in those of voted. Nil users asks for everybody; otherwise only
	// those users are answered.
	Participations(ctx context.Context, reacted, voted []store.NoteID, users []store.UserID) (map[store.UserID]map[store.NoteID]store.Participation, error)
}

// SuspensionLoader finds out who is suspended.
type SuspensionLoader interface {
	// SuspendedUserIDs answers every suspended user, local or remote, in any order.
	SuspendedUserIDs(ctx context.Context) ([]store.UserID, error)
}

// NotificationReader marks notifications read, for readNotification frames.
type NotificationReader interface {
	// MarkAllNotificationsRead is given an identity of which only the ids are
	// filled in.
	MarkAllNotificationsRead(ctx context.Context, who store.Identity) error
}

// DefaultReplayEvents is how many events of the log may lie between a cursor and now
// for the cursor to be resumed.
const DefaultReplayEvents = 1000

// Config is what a Server is made of. New fills defaults in and refuses what
// cannot work.
type Config struct {
	// Access, Relations, Participations, Suspensions and Notifications are required.
	Access         AccessLoader
	Relations      channel.RelationLoader
	Participations ParticipationLoader
	Suspensions    SuspensionLoader
	Notifications  NotificationReader
	// ClientAddr finds the client's address behind trusted proxies. Required.
	ClientAddr func(*http.Request) netip.Addr
	// Transport carries the connections. It is run by whoever made it, and may be
	// shared with other gateways. Required.
	Transport *socket.Transport

	// MaxChannels and MaxCaptures are the hub's, and so are their defaults.
	MaxChannels, MaxCaptures int
	// ViewerLinger is the hub's Linger, and so is its default.
	ViewerLinger time.Duration
	// Log is read to resume clients by their cursors; see Server.Begin. Nil:
	// cursors are ignored.
	Log EventLog
	// ReplayEvents is how many events of the log, of whatever kind, may lie
	// between a cursor and now for the cursor to be resumed. Default
	// DefaultReplayEvents.
	ReplayEvents int
	// RefreshEvery is the hub's. Default: a quarter of ReplayEvents.
	RefreshEvery int
	// ReplayTimeout bounds each read of the log for one client. Past it the
	// client is sent away to try again. Default 5 s.
	ReplayTimeout time.Duration
	// MaxHeldFrames and MaxHeldBytes are the hub's. Defaults: an eighth of what
	// a connection's queue takes.
	MaxHeldFrames, MaxHeldBytes int
	// PrepareTimeout bounds the queries that one batch of events waits for.
	// Past it the events go out without what was asked for. Default 2 s.
	PrepareTimeout time.Duration
	// ReadNotificationsEvery is how often one user's notifications are marked read
	// because of readNotification frames. Default 1 s.
	ReadNotificationsEvery time.Duration
	// TextPong answers the text frame "ping" with "pong".
	TextPong bool

	// Stats is where counters go; nil: nowhere.
	Stats *Stats
	// Logger gets one line when a connection opens and one when it closes.
	// Default: discards.
	Logger *slog.Logger
}

// Server serves /streaming: it accepts clients, reads their frames, and hands
// them the events that it is given by the feed.
type Server struct {
	cfg       Config
	log       *slog.Logger
	hub       *channel.Hub
	transport *socket.Transport
	gateway   *socket.Gateway
	known     onlineTokens
	revoked   revocations
	reads     notificationReads
	replays   chan struct{} // has room for the reads under way

	ctx    context.Context // ends when Run does: no replay outlives it
	cancel context.CancelFunc
}

// New makes a server. Nothing is delivered before Run.
func New(cfg Config) (*Server, error) {
	if cfg.Access == nil || cfg.Relations == nil || cfg.Participations == nil || cfg.Suspensions == nil || cfg.Notifications == nil ||
		cfg.ClientAddr == nil || cfg.Transport == nil {
		return nil, errors.New("streaming: Access, Relations, Participations, Suspensions, Notifications, ClientAddr and Transport are required")
	}
	fill(&cfg.ReadNotificationsEvery, time.Second)
	fill(&cfg.PrepareTimeout, 2*time.Second)
	fill(&cfg.ViewerLinger, channel.DefaultLinger)
	fill(&cfg.ReplayEvents, DefaultReplayEvents)
	fill(&cfg.ReplayTimeout, 5*time.Second)
	fill(&cfg.Stats, new(Stats))
	if cfg.PrepareTimeout < 0 || cfg.ReplayEvents < 0 || cfg.ReplayTimeout < 0 {
		return nil, errors.New("streaming: a limit is negative")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	limits := cfg.Transport.Limits()
	fill(&cfg.RefreshEvery, max(1, cfg.ReplayEvents/4))
	fill(&cfg.MaxHeldFrames, max(1, limits.QueueFrames/8))
	fill(&cfg.MaxHeldBytes, max(1, limits.QueueBytes/8))
	hub, err := channel.NewHub(channel.Config{
		MaxHeldFrames: cfg.MaxHeldFrames, MaxHeldBytes: cfg.MaxHeldBytes, RefreshEvery: cfg.RefreshEvery,
		Loader:      cfg.Relations,
		MaxChannels: cfg.MaxChannels,
		MaxCaptures: cfg.MaxCaptures,
		Linger:      cfg.ViewerLinger,
		Logger:      cfg.Logger,
	})
	if err != nil {
		return nil, fmt.Errorf("streaming: %w", err)
	}
	s := &Server{
		cfg: cfg, log: cfg.Logger, hub: hub, replays: make(chan struct{}, replaysAtOnce),
		transport: cfg.Transport, gateway: cfg.Transport.Gateway(&cfg.Stats.Stats),
	}
	s.known.init(cfg.ViewerLinger)
	s.revoked.rememberFor(limits.HandshakeTimeout)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// Begin says where in the log the first batch will begin, as the feed's reader
// answers it, and looks up who is suspended. It is called before Run. Its error
// is the look-up's; it may be called again then.
func (s *Server) Begin(ctx context.Context, p feed.Position) error {
	s.hub.Begin(p)
	return s.loadSuspended(ctx)
}

// loadSuspended tells the hub who is suspended. It may be of any instant after
// the hub's position: what the log tells twice changes nothing.
func (s *Server) loadSuspended(ctx context.Context) error {
	users, err := s.cfg.Suspensions.SuspendedUserIDs(ctx)
	if err != nil {
		return fmt.Errorf("looking up who is suspended: %w", err)
	}
	s.hub.SetSuspended(users)
	return nil
}

// Run delivers events until ctx ends. The transport's Run ends with the same
// ctx: it resets the connections that are still open. Drain comes first where
// clients are to be told.
func (s *Server) Run(ctx context.Context) error {
	err := s.hub.Run(ctx)
	s.cancel()
	s.reads.stop()
	return err
}

// Drain refuses new clients from now on (503), delivers the events that are
// under way, lets what is queued go out, and closes all connections of the
// transport with 1012, spread evenly over the given time so that their reconnects
// do not come at once. Events go on being delivered to those that are still open.
// It answers when all have gone, or with ctx's error.
func (s *Server) Drain(ctx context.Context, spread time.Duration) error {
	s.transport.StopAdmitting()
	if err := s.hub.Flush(ctx); err != nil && !errors.Is(err, channel.ErrStopped) {
		return fmt.Errorf("draining: %w", err)
	}
	if err := s.transport.Drain(ctx, spread); err != nil {
		return fmt.Errorf("draining: %w", err)
	}
	return nil
}

// Shards counts what the shards have. It waits for every shard to come to it.
func (s *Server) Shards(ctx context.Context) (channel.Stats, error) {
	stats, err := s.hub.Stats(ctx)
	if err != nil {
		return channel.Stats{}, fmt.Errorf("streaming: %w", err)
	}
	return stats, nil
}

// Draining says whether new clients are refused.
func (s *Server) Draining() bool { return s.transport.Draining() }

// fill sets *v to def if it is zero.
func fill[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}
