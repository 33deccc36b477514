package channel

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"notewire/notecapture"
	"notewire/protocol/wire"
	"notewire/store"
	"notewire/store/feed"
)

// The errors of Join, and of what waits for a shard.
var (
	// ErrStopped says that the hub does not run any more.
	ErrStopped = errors.New("the hub has stopped")
	// ErrOverflow says that more relation changes came in while the viewer was
	// loaded than are kept back. Trying again later is fine.
	ErrOverflow = errors.New("too many changes while the viewer was loaded")
	// ErrLeft says that the member has left, or was sent away.
	ErrLeft = errors.New("the member has left")
)

// CloseReason is why the hub asks for a connection to be closed. What that is on the
// wire is the gateway's matter.
type CloseReason uint8

// Why connections are closed.
const (
	Revoked      CloseReason = iota // the token or the account is gone
	MissedEvents                    // events may have been missed: the client has to begin anew
	ShardFailed                     // a fault of the hub: the client may connect again at once
)

// Sink is a connection as the hub sees it.
type Sink interface {
	// Send hands over a frame, shared and read-only. It never blocks; a sink
	// that has no room closes its connection. The frame is not to be written
	// once the gate is shut; a nil gate is always open.
	Send(f *wire.Frame, gate *wire.Gate)
	// Close asks for the connection to be closed once what was handed over
	// before has been written. It never blocks, and may be called more than
	// once. The connection's owner calls Member.Leave as ever.
	Close(why CloseReason)
}

// RelationLoader reads what a viewer starts from.
type RelationLoader interface {
	// RelationLists loads everything that decides what the user is sent, as it
	// is at an instant after the call. The result is read only.
	RelationLists(ctx context.Context, user store.UserID) (*store.RelationLists, error)
}

// The defaults of limits that operators may change.
const (
	// DefaultMaxChannels is how many channels a connection may have joined at a
	// time.
	DefaultMaxChannels = 32
	// DefaultLinger is how long a viewer is kept after its last connection.
	DefaultLinger = time.Minute
)

// Config is what a Hub is made of.
type Config struct {
	// Loader loads viewers. Required.
	Loader RelationLoader
	// Shards is how many goroutines share the users. Default: GOMAXPROCS.
	Shards int
	// Mailbox is how many batches of events and commands may wait for a shard
	// before whoever brings the next one waits. Default 1024.
	Mailbox int
	// Linger is how long a viewer is kept after its last connection. Default
	// DefaultLinger.
	Linger time.Duration
	// MaxHeldBack is how many relation changes are kept back for a viewer that
	// is being loaded. Default 1024.
	MaxHeldBack int
	// MaxChannels is how many channels a connection may have joined at a time;
	// further ones are ignored. Default DefaultMaxChannels.
	MaxChannels int
	// MaxCaptures is how many notes a connection may have captured at a time; past
	// it the one captured first is dropped. Default: notecapture.DefaultLimit.
	MaxCaptures int
	// MaxHeldFrames and MaxHeldBytes bound what is held for a connection while
	// the log is replayed to it; past them it is read from the log instead.
	// Both should be well below what a connection's queue takes. Defaults 256
	// frames, 256 KiB.
	MaxHeldFrames, MaxHeldBytes int
	// RefreshEvery is after how many events of the log a channel with cursors
	// that had none of them is sent connected with a new cursor; it may take
	// twice as many. Default 250.
	RefreshEvery int
	// Logger is told of events that cannot be delivered. Default: slog's.
	Logger *slog.Logger
}

func (c Config) withDefaults() (Config, error) {
	if c.Loader == nil {
		return c, errors.New("channel: Config.Loader is nil")
	}
	for _, n := range []struct {
		value *int
		def   int
	}{
		{&c.Shards, runtime.GOMAXPROCS(0)},
		{&c.Mailbox, 1024},
		{&c.MaxHeldBack, 1024},
		{&c.MaxChannels, DefaultMaxChannels},
		{&c.MaxCaptures, notecapture.DefaultLimit},
		{&c.RefreshEvery, 250},
		{&c.MaxHeldFrames, 256},
		{&c.MaxHeldBytes, 256 << 10},
	} {
		if *n.value < 0 {
			return c, fmt.Errorf("channel: a negative number in Config: %d", *n.value)
		}
		if *n.value == 0 {
			*n.value = n.def
		}
	}
	if c.Linger < 0 {
		return c, fmt.Errorf("channel: Config.Linger is %v", c.Linger)
	}
	if c.Linger == 0 {
		c.Linger = DefaultLinger
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return c, nil
}

// Hub spreads users over shards and hands every event to each of them. Its
// methods may be called from any goroutine.
type Hub struct {
	cfg     Config
	shards  []*shard
	seed    maphash.Seed
	spread  atomic.Uint32 // anonymous connections so far
	refused [refusals]atomic.Uint64
	stopped chan struct{}
	changes atomic.Uint64 // see Mark
	whole   atomic.Int64  // members whose encoder wants whole notes
	// failures is how often a shard has panicked.
	failures atomic.Uint64

	online    onlineUsers
	suspended suspendedUsers
}

// NewHub makes a hub. Nothing is delivered before Run.
func NewHub(cfg Config) (*Hub, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	h := &Hub{cfg: cfg, seed: maphash.MakeSeed(), stopped: make(chan struct{})}
	h.online.users = map[store.UserID]struct{}{}
	h.suspended.set(nil)
	for i := range cfg.Shards {
		h.shards = append(h.shards, newShard(h, i))
	}
	return h, nil
}

// Run runs the shards until ctx ends, and answers its error. It is called
// once.
func (h *Hub) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, s := range h.shards {
		wg.Go(func() { s.run(ctx) })
	}
	<-ctx.Done()
	close(h.stopped)
	wg.Wait()
	return ctx.Err()
}

// Begin says where in the log the first event will be read. It is called before
// Run, by a program that has a log; cursors mean nothing otherwise.
func (h *Hub) Begin(p feed.Position) {
	for _, s := range h.shards {
		s.at = PositionAt(p)
	}
}

// SetSuspended says who is suspended, as of an instant at or after the position
// that Begin was given; from then on the events tell. A program calls it before
// Run, and before it delivers a GapEvent, since events may have been missed.
// Without it, nobody is.
func (h *Hub) SetSuspended(users []store.UserID) { h.suspended.set(users) }

// Deliver hands the events to every shard, in their order. It may wait for a
// shard that is behind; it answers ctx's error, or ErrStopped, and then some
// shards have the events and others not. Only one goroutine may call it at a
// time. The events belong to the hub afterwards.
func (h *Hub) Deliver(ctx context.Context, events []LoggedEvent) error {
	if len(events) == 0 {
		return nil
	}
	h.numberChanges(events)
	h.suspended.follow(events)
	for _, s := range h.shards {
		if err := s.post(ctx, mail{events: events}); err != nil {
			return err
		}
	}
	return nil
}

// Flush waits until every shard has delivered what was handed to it before.
func (h *Hub) Flush(ctx context.Context) error {
	return h.ask(ctx, func(*shard) {})
}

// ask runs f in every shard, in one after the other, and waits for all.
func (h *Hub) ask(ctx context.Context, f func(*shard)) error {
	done := make(chan struct{}, len(h.shards))
	var mu sync.Mutex
	for _, s := range h.shards {
		command := func() {
			defer func() { done <- struct{}{} }()
			s.flush() // who asks wants what was handed over before to be on its way
			mu.Lock()
			defer mu.Unlock()
			f(s)
		}
		if err := s.post(ctx, mail{command: command}); err != nil {
			return err
		}
	}
	for range h.shards {
		select {
		case <-done:
		case <-ctx.Done():
			return ctx.Err()
		case <-h.stopped:
			return ErrStopped
		}
	}
	return nil
}

// Stats is what goes on in a hub, all shards together.
type Stats struct {
	Members       int // connections
	Viewers       int // users, with those kept after their last connection
	Subscriptions int // live channels
	// Channels is how many of them there are of each kind; every kind is there.
	Channels     map[string]int
	Waiting      int    // batches of events and commands that wait for a shard
	ChannelLimit uint64 // connects that were ignored because of Config.MaxChannels, so far
	// Refused is how many connects were ignored so far, by reason.
	Refused    map[Refusal]uint64
	Unsendable uint64 // frames not sent because a note could not be rewritten, so far
	Captures   notecapture.Counts
	Failures   uint64 // how often a shard has panicked and begun anew, so far
}

// Stats counts. It waits for every shard to come to it.
func (h *Hub) Stats(ctx context.Context) (Stats, error) {
	// A shard may still add to it when ctx has ended.
	sum := &Stats{Channels: make(map[string]int, len(kinds)), Refused: make(map[Refusal]uint64, refusals)}
	for name := range kinds {
		sum.Channels[name] = 0
	}
	err := h.ask(ctx, func(s *shard) {
		sum.Members += len(s.members)
		sum.Viewers += len(s.viewers) - len(s.freeSlots)
		for k, n := range s.joined {
			sum.Subscriptions += n
			sum.Channels[k.Name] += n
		}
		sum.Waiting += len(s.mail)
		sum.ChannelLimit += s.full
		sum.Unsendable += s.unsendable
		sum.Captures.Add(s.captures.Counts())
		sum.Captures.Dropped += s.droppedCaptures
	})
	if err != nil {
		return Stats{}, fmt.Errorf("count: %w", err)
	}
	for r := range refusals {
		sum.Refused[r] = h.refused[r].Load()
	}
	sum.Refused[RefusedLimit] = sum.ChannelLimit
	sum.Failures = h.failures.Load()
	return *sum, nil
}

// Refusal is why a connect was ignored.
type Refusal uint8

// Why connects are ignored.
const (
	RefusedUnknown Refusal = iota // no channel has that name
	RefusedAuth                   // it needs an account, or a permission that the token lacks
	RefusedParams                 // its params are missing or wrong
	RefusedShared                 // the connection has the channel already, under another id
	RefusedLimit                  // Config.MaxChannels
	refusals
)

// String is the reason as it stands in metrics.
func (r Refusal) String() string {
	if r >= refusals {
		return "other"
	}
	return [refusals]string{"unknown_channel", "not_permitted", "bad_params", "already_joined", "limit"}[r]
}

// shardOf is where the user lives.
func (h *Hub) shardOf(id store.UserID) *shard {
	return h.shards[maphash.String(h.seed, string(id))%uint64(len(h.shards))]
}

// anyShard takes the shards in turn.
func (h *Hub) anyShard() *shard {
	return h.shards[int(h.spread.Add(1))%len(h.shards)]
}

// WantsWholeNotes says whether anybody on this node wants the whole note with what
// happened to it. The preparation stage asks it.
func (h *Hub) WantsWholeNotes() bool { return h.whole.Load() > 0 }

// Online says whether the user has a viewer on this node, connected or kept
// after the last connection.
func (h *Hub) Online(user store.UserID) bool { return h.online.has(user) }

// OnlineUsers lists the users who have a viewer on this node, in no order.
func (h *Hub) OnlineUsers() []store.UserID { return h.online.list() }

// onlineUsers is what the preparation stage may know of the viewers without
// asking the shards.
type onlineUsers struct {
	mu    sync.RWMutex
	users map[store.UserID]struct{}
}

func (o *onlineUsers) set(id store.UserID, online bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if online {
		o.users[id] = struct{}{}
	} else {
		delete(o.users, id)
	}
}

func (o *onlineUsers) has(id store.UserID) bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	_, ok := o.users[id]
	return ok
}

func (o *onlineUsers) list() []store.UserID {
	o.mu.RLock()
	defer o.mu.RUnlock()
	ids := make([]store.UserID, 0, len(o.users))
	for id := range o.users {
		ids = append(ids, id)
	}
	return ids
}
