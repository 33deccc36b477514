package streaming

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

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

// ReactionLoader fills in myReaction of renoted notes.
type ReactionLoader interface {
	// ReactionsBy answers who reacted to the note how. A nil users asks for
	// everybody, otherwise only those users are answered.
	ReactionsBy(ctx context.Context, note store.NoteID, users []store.UserID) (map[store.UserID]string, error)
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

// Config is what a Server is made of. New fills defaults in and refuses what
// cannot work.
type Config struct {
	// Access, Relations, Reactions, Suspensions and Notifications are required.
	Access        AccessLoader
	Relations     channel.RelationLoader
	Reactions     ReactionLoader
	Suspensions   SuspensionLoader
	Notifications NotificationReader
	// ClientAddr finds the client's address behind trusted proxies. Required.
	ClientAddr func(*http.Request) netip.Addr
	// Network is what connections are counted by, given an address: whoever has
	// one IPv6 address has many. Default: the address.
	Network func(netip.Addr) netip.Addr

	// Limits bound each connection and their queues.
	Limits Limits
	// MaxChannels and MaxCaptures are the hub's, and so are their defaults.
	MaxChannels, MaxCaptures int
	// MaxPerUser and MaxPerAddress bound open connections; the next one gets
	// 429. Loopback addresses have no limit. Defaults 64 and 256.
	MaxPerUser, MaxPerAddress int
	// ViewerLinger is how long a viewer is kept after its last connection.
	// Default one minute.
	ViewerLinger time.Duration
	// Log is read to resume clients by their cursors; see Server.Begin. Nil:
	// cursors are ignored.
	Log EventLog
	// ReplayEvents is how many events of the log, of whatever kind, may lie
	// between a cursor and now for the cursor to be resumed. Default 1,000.
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
	transport *transport
	sessions  sessions
	known     known
	fronts    fronts
	revoked   revocations
	replays   chan struct{} // has room for the reads under way

	ctx      context.Context // ends when Run ends: no session outlives it
	cancel   context.CancelFunc
	draining atomic.Bool
}

// New makes a server. Nothing is delivered before Run.
func New(cfg Config) (*Server, error) {
	if cfg.Access == nil || cfg.Relations == nil || cfg.Reactions == nil || cfg.Suspensions == nil || cfg.Notifications == nil || cfg.ClientAddr == nil {
		return nil, errors.New("streaming: Access, Relations, Reactions, Suspensions, Notifications and ClientAddr are required")
	}
	fill(&cfg.MaxPerUser, 64)
	fill(&cfg.MaxPerAddress, 256)
	fill(&cfg.PrepareTimeout, 2*time.Second)
	fill(&cfg.ViewerLinger, time.Minute)
	fill(&cfg.ReplayEvents, 1000)
	fill(&cfg.ReplayTimeout, 5*time.Second)
	fill(&cfg.Stats, new(Stats))
	if cfg.MaxCaptures < 0 || cfg.MaxPerUser < 0 || cfg.MaxPerAddress < 0 || cfg.PrepareTimeout < 0 ||
		cfg.ReplayEvents < 0 || cfg.ReplayTimeout < 0 {
		return nil, fmt.Errorf("%w: a negative number", errLimits)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Network == nil {
		cfg.Network = func(a netip.Addr) netip.Addr { return a }
	}
	limits, err := cfg.Limits.filled()
	if err != nil {
		return nil, err
	}
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
	t, err := newTransport(cfg.Limits, cfg.Stats, cfg.Logger)
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, log: cfg.Logger, hub: hub, transport: t, replays: make(chan struct{}, replaysAtOnce)}
	s.sessions.init(cfg.MaxPerUser, cfg.MaxPerAddress, cfg.Network)
	s.known.init(cfg.ViewerLinger)
	s.revoked.rememberFor(t.limits.HandshakeTimeout)
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

// Run delivers events and keeps connections alive until ctx ends; then every
// connection that is still open is reset, and Run answers when the last one
// has gone. Drain comes first where clients are to be told.
func (s *Server) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.hub.Run(ctx) })
	g.Go(func() error { s.transport.run(ctx); return ctx.Err() })
	<-ctx.Done()
	s.draining.Store(true)
	s.sessions.shut()
	s.fronts.close()
	s.cancel()
	s.transport.stop()
	s.sessions.wait()
	s.transport.wait()
	return g.Wait()
}

// Drain refuses new clients from now on (503), lets what is queued go out, and
// closes all connections with 1012, spread evenly over the given time so that
// their reconnects do not come at once. Events go on being delivered to those
// that are still open. It answers when all have gone, or with ctx's error.
func (s *Server) Drain(ctx context.Context, spread time.Duration) error {
	s.draining.Store(true)
	s.sessions.shut()
	if err := s.hub.Flush(ctx); err != nil && !errors.Is(err, channel.ErrStopped) {
		return fmt.Errorf("draining: %w", err)
	}
	open := s.sessions.list()
	if len(open) > 0 {
		step := spread / time.Duration(len(open))
		timer := time.NewTimer(0)
		defer timer.Stop()
		for _, c := range open {
			select {
			case <-timer.C:
			case <-ctx.Done():
				return fmt.Errorf("draining: %w", ctx.Err())
			}
			c.socket.Close(CloseRestart)
			timer.Reset(step)
		}
	}
	gone := make(chan struct{})
	go func() { s.sessions.wait(); close(gone) }() // ends with the sessions, which Run ends at the latest
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("draining: %w", ctx.Err())
	}
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
func (s *Server) Draining() bool { return s.draining.Load() }

// sessions are the open connections, and how many there are of each user and
// address.
type sessions struct {
	maxUser, maxAddr int
	network          func(netip.Addr) netip.Addr

	mu    sync.Mutex
	shutt bool
	open  map[*session]struct{}
	users map[store.UserID]int
	addrs map[netip.Addr]int // by network
	wg    sync.WaitGroup
}

func (s *sessions) init(maxUser, maxAddr int, network func(netip.Addr) netip.Addr) {
	s.maxUser, s.maxAddr, s.network = maxUser, maxAddr, network
	s.open = map[*session]struct{}{}
	s.users = map[store.UserID]int{}
	s.addrs = map[netip.Addr]int{}
}

// reserve counts a connection before it is upgraded; release gives it back.
// The answer is nil, or why there is no room.
func (s *sessions) reserve(user store.UserID, addr netip.Addr) *refusal {
	from := s.network(addr)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.shutt:
		return refuseDraining
	case user != "" && s.users[user] >= s.maxUser,
		!addr.IsLoopback() && s.addrs[from] >= s.maxAddr:
		return refuseTooMany
	}
	if user != "" {
		s.users[user]++
	}
	s.addrs[from]++
	s.wg.Add(1) // under the lock that shut takes, so that wait misses nobody
	return nil
}

func (s *sessions) release(user store.UserID, addr netip.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users[user]--; s.users[user] <= 0 {
		delete(s.users, user)
	}
	from := s.network(addr)
	if s.addrs[from]--; s.addrs[from] <= 0 {
		delete(s.addrs, from)
	}
	s.wg.Done()
}

// add notes an upgraded connection, and says whether those that are open are
// being sent away: it may have come too late to be listed.
func (s *sessions) add(c *session) (shut bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[c] = struct{}{}
	return s.shutt
}

func (s *sessions) remove(c *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
}

func (s *sessions) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shutt = true
}

func (s *sessions) list() []*session {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*session, 0, len(s.open))
	for c := range s.open {
		all = append(all, c)
	}
	return all
}

func (s *sessions) wait() { s.wg.Wait() }
