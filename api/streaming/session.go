package streaming

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"
	"unique"

	"github.com/google/uuid"

	"notewire/channel"
	"notewire/protocol"
	"notewire/protocol/wire"
	"notewire/store"
)

// session is one client: its socket and its place in the hub. The socket opens
// last, after everything that may be refused, so the hub may know the session
// before frames can be sent to it.
type session struct {
	socket socket // first, and in place: a send looks at nothing else of a session

	server *Server
	id     string
	// user and token are all that is kept of who it is: an account is a
	// kilobyte. Both empty: anonymous.
	user   store.UserID
	token  string
	mark   tokenMark
	addr   netip.Addr
	agent  unique.Handle[string] // many clients are of few kinds
	opened time.Time

	member *channel.Member
	doomed atomic.Pointer[CloseReason] // set before the socket was open

	resumer *resumer // nil until something is resumed; for who reads only
}

// Send implements channel.Sink. What comes before the client has its 101 is
// meant for nobody: it has not joined anything.
func (c *session) Send(f *wire.Frame, g *wire.Gate) { c.socket.Send(f, g) }

// Gather implements channel.Gatherer.
func (c *session) Gather(f *wire.Frame, g *wire.Gate) { c.socket.Gather(f, g) }

// Flush implements channel.Gatherer.
func (c *session) Flush() { c.socket.Flush() }

// Prefetch implements channel.Gatherer.
func (c *session) Prefetch() uint64 { return c.socket.touch() }

// Close implements channel.Sink: it says in the words of /streaming why.
func (c *session) Close(why channel.CloseReason) {
	reason := CloseGap
	if why == channel.Revoked {
		reason = CloseRevoked
	}
	c.doomed.CompareAndSwap(nil, &reason)
	c.socket.Close(reason)
}

// maxAgent is how much of a client's User-Agent is kept and logged.
const maxAgent = 256

// ServeHTTP is the endpoint /streaming: it refuses with an HTTP status, or
// answers 101, from where on the client is served.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	deepen()
	if ref := checkUpgrade(r); ref != nil {
		s.transport.refuse(w, ref)
		return
	}
	if s.Draining() {
		s.transport.refuse(w, refuseDraining)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.transport.limits.HandshakeTimeout)
	defer cancel()
	c, ref := s.admit(ctx, r)
	if ref != nil {
		s.transport.refuse(w, ref)
		return
	}
	agent := r.UserAgent()
	c.agent = unique.Make(strings.Clone(agent[:min(len(agent), maxAgent)]))
	c.socket.tally = s.cfg.Stats.tally(c.member.Shard())
	if err := s.transport.accept(&c.socket, w, r); err != nil {
		s.log.Debug("upgrade failed", "conn", c.id, "error", err)
		s.dismiss(c)
		return
	}
	if reason := c.doomed.Load(); reason != nil {
		c.socket.Close(*reason)
	}
	if s.sessions.add(c) {
		c.socket.Close(CloseRestart)
	}
	c.logOpened()
	if c.user != "" {
		s.cfg.Stats.Users.Add(1)
	}
	c.socket.Serve()
}

// admit does everything that may end in a refusal, up to loading the viewer.
func (s *Server) admit(ctx context.Context, r *http.Request) (*session, *refusal) {
	who, ref := s.authenticate(ctx, r)
	if ref != nil {
		return nil, ref
	}
	c := &session{server: s, id: uuid.NewString(), addr: s.cfg.ClientAddr(r), opened: time.Now()}
	c.socket.prepare(s.transport, c)
	c.user, c.token, c.mark = who.UserID, who.TokenID, who.mark
	if ref := s.sessions.reserve(c.user, c.addr); ref != nil {
		return nil, ref
	}
	member, err := s.hub.Join(ctx, channel.Connection{Access: who.Access, Sink: c, Preloaded: who.early})
	if err != nil {
		s.sessions.release(c.user, c.addr)
		s.log.Warn("loading a viewer failed", "user", c.user, "error", err)
		return nil, refuseFailed
	}
	c.member = member
	if c.user != "" {
		s.known.opened(c.mark)
	}
	if s.revoked.cover(who.Access, who.revoked) {
		s.dismiss(c)
		return nil, refuseToken
	}
	return c, nil
}

// dismiss undoes admit.
func (s *Server) dismiss(c *session) {
	c.leave()
	s.sessions.release(c.user, c.addr)
}

// leave takes the session out of the hub.
func (c *session) leave() {
	c.member.Leave()
	if c.user != "" {
		c.server.known.closed(c.mark, time.Now())
	}
}

// entrant is somebody at the door; the zero value is nobody in particular.
type entrant struct {
	store.Access
	mark    tokenMark
	early   channel.Preloaded
	revoked uint64 // see revocations.soFar
}

// authenticate reads the token as Misskey does: a Bearer header wins over the
// query's i, of which an empty one is a bad token and an absent one nobody.
func (s *Server) authenticate(ctx context.Context, r *http.Request) (entrant, *refusal) {
	token, given := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !given {
		query := r.URL.Query()
		token, given = query.Get("i"), query.Has("i")
	}
	if !given {
		return entrant{}, nil
	}
	if token == "" {
		return entrant{}, refuseToken
	}
	who, err := s.lookUp(ctx, store.HashToken(token))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return entrant{}, refuseToken
	case err != nil:
		s.log.Warn("authenticating a client failed", "error", err)
		return entrant{}, refuseFailed
	case who.Suspended:
		return entrant{}, refuseSuspended
	case !who.Allows("read:account"):
		return entrant{}, refuseToken
	}
	return who, nil
}

// lookUp asks the database whose token it is, and for what the hub will need.
func (s *Server) lookUp(ctx context.Context, hash store.TokenHash) (entrant, error) {
	mark, revoked := markOf(hash), s.revoked.soFar()
	if s.known.has(mark, time.Now()) {
		a, err := s.cfg.Access.AccessByTokenHash(ctx, hash)
		if err != nil {
			return entrant{}, err
		}
		return entrant{Access: *a, mark: mark, revoked: revoked}, nil
	}
	since := s.hub.Mark()
	e, err := s.cfg.Access.EntryByTokenHash(ctx, hash)
	if err != nil {
		return entrant{}, err
	}
	return entrant{
		Access: e.Access, mark: mark, revoked: revoked,
		early: channel.Preloaded{Since: since, Relations: e.Relations},
	}, nil
}

// onEnd implements owner: it tidies up, after the socket what is slower.
func (c *session) onEnd(reason CloseReason) {
	c.leave()
	c.resumer.stop()
	c.server.sessions.remove(c)
	if c.user != "" {
		c.server.cfg.Stats.Users.Add(-1)
	}
	c.logClosed(reason)
	c.server.sessions.release(c.user, c.addr)
}

// logger is made anew for the two lines of a connection, since what it has
// ready between them is larger than what it is made of.
func (c *session) logger() *slog.Logger {
	return c.server.log.With("conn", c.id, "user", string(c.user), "addr", c.addr.String(), "agent", c.agent.Value())
}

func (c *session) logOpened() {
	if c.server.log.Enabled(c.server.ctx, slog.LevelInfo) {
		c.logger().Info("connection opened")
	}
}

func (c *session) logClosed(reason CloseReason) {
	if !c.server.log.Enabled(c.server.ctx, slog.LevelInfo) {
		return
	}
	in, out := c.socket.traffic()
	c.logger().Info("connection closed", "reason", reason.Label.String(), "code", reason.Code, "seconds", int(time.Since(c.opened).Seconds()),
		"framesIn", in.frames, "bytesIn", in.bytes, "framesOut", out.frames, "bytesOut", out.bytes)
}

// onText implements owner: it carries out one frame of the client. What makes no sense is dropped
// in silence, as on Misskey.
//
// What it touches is this connection's, so a panic ends this connection and no
// other. One in a shard ends the process: who knows what it left half done.
func (c *session) onText(data []byte) {
	defer func() {
		if p := recover(); p != nil {
			c.server.log.Error("a client's frame made the server panic; the client is sent away",
				"conn", c.id, "error", fmt.Sprintf("panic: %v\n%s", p, debug.Stack()))
			c.socket.Close(closeBroken)
		}
	}()
	frame, err := protocol.Decode(data)
	c.socket.tally.in[inKindOf(frame, err)].add(1, len(data))
	if err != nil {
		c.ignored(err)
		return
	}
	switch f := frame.(type) {
	case protocol.Connect:
		c.connect(f)
	case protocol.Disconnect:
		c.member.Disconnect(f.ID)
	case protocol.ChannelMessage:
		c.member.Message(f)
	case protocol.SubNote:
		c.subNote(f)
	case protocol.UnsubNote:
		c.member.Uncapture(store.NoteID(f.ID))
	case protocol.ReadNotification:
		c.readNotifications()
	case protocol.APICall: // not answered, as on Misskey since v13
	}
}

func (c *session) ignored(err error) {
	var why protocol.Ignored
	if errors.As(err, &why) && why == protocol.IgnoredPing && c.server.cfg.TextPong {
		c.Send(wire.NewFrame(0, []byte("pong")), nil)
	}
}

func (c *session) readNotifications() {
	if c.user == "" {
		return
	}
	who := store.Identity{User: &store.User{ID: c.user}, Token: &store.AccessToken{ID: c.token, UserID: c.user}}
	ctx, cancel := context.WithTimeout(c.server.ctx, c.server.cfg.PrepareTimeout)
	defer cancel()
	if err := c.server.cfg.Notifications.MarkAllNotificationsRead(ctx, who); err != nil {
		c.server.log.LogAttrs(ctx, slog.LevelWarn, "marking notifications read failed", slog.String("conn", c.id), slog.Any("error", err))
	}
}
