package streaming

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
	"unique"

	"github.com/google/uuid"

	"notewire/api/socket"
	"notewire/channel"
	"notewire/protocol"
	"notewire/protocol/wire"
	"notewire/store"
)

// session is one client: its socket and its place in the hub. The socket opens
// last, after everything that may be refused, so the hub may know the session
// before frames can be sent to it.
type session struct {
	socket socket.Socket // first, and in place: a send looks at nothing else of a session

	server *Server
	id     string
	// user and token are all that is kept of who it is: an account is a
	// kilobyte. Both empty: anonymous.
	user   store.UserID
	token  string
	mark   tokenMark
	agent  unique.Handle[string] // many clients are of few kinds
	opened time.Time

	member *channel.Member

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
func (c *session) Prefetch() uint64 { return c.socket.Touch() }

// Close implements channel.Sink: it says why in the words of /streaming.
func (c *session) Close(why channel.CloseReason) {
	reason := socket.CloseGap
	switch why {
	case channel.Revoked:
		reason = socket.CloseRevoked
	case channel.ShardFailed:
		reason = socket.CloseBroken
	}
	c.socket.Close(reason)
}

// maxAgent is how much of a client's User-Agent is kept and logged.
const maxAgent = 256

// ServeHTTP is the endpoint /streaming: it refuses with an HTTP status, or
// answers 101, from where on the client is served.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if fault := socket.CheckUpgrade(r); fault != socket.FaultNone {
		s.gateway.Refuse(w, refusalOf(fault))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.transport.Limits().HandshakeTimeout)
	defer cancel()
	c := &session{server: s, id: uuid.NewString(), opened: time.Now()}
	// The address is counted first, so that a flood of upgrades from one address
	// costs no look-up.
	if err := s.gateway.Admit(&c.socket, c, s.cfg.ClientAddr(r)); err != nil {
		s.gateway.Refuse(w, refusalOfAdmission(err))
		return
	}
	defer c.socket.Dismiss()
	if ref := s.join(ctx, r, c); ref != nil {
		s.gateway.Refuse(w, ref)
		return
	}
	agent := r.UserAgent()
	c.agent = unique.Make(strings.Clone(agent[:min(len(agent), maxAgent)]))
	// Misskey accepts whatever subprotocol comes first.
	answer := socket.Answer{Subprotocol: socket.FirstSubprotocol(r), Shard: c.member.Shard()}
	if err := s.gateway.Accept(&c.socket, w, r, answer); err != nil {
		s.log.Debug("upgrade failed", "conn", c.id, "error", err)
		c.leave()
		if errors.Is(err, socket.ErrUnanswered) {
			s.gateway.Refuse(w, refuseFailed)
		}
		return
	}
	c.logOpened()
	if c.user != "" {
		s.cfg.Stats.Users.Add(1)
	}
	c.socket.Serve()
}

// join finds out whose the client is and takes it into the hub.
func (s *Server) join(ctx context.Context, r *http.Request, c *session) *socket.Refusal {
	who, ref := s.authenticate(ctx, r)
	if ref != nil {
		return ref
	}
	c.user, c.token, c.mark = who.UserID, who.TokenID, who.mark
	if c.user != "" {
		if err := c.socket.AdmitUser(string(c.user)); err != nil {
			return refusalOfAdmission(err)
		}
	}
	member, err := s.hub.Join(ctx, channel.Connection{Access: who.Access, Sink: c, Preloaded: who.early})
	if err != nil {
		s.log.Warn("loading a viewer failed", "user", c.user, "error", err)
		return refuseFailed
	}
	c.member = member
	if c.user != "" {
		s.known.opened(c.mark)
	}
	if s.revoked.cover(who.Access, who.revoked) {
		c.leave()
		return refuseToken
	}
	return nil
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
func (s *Server) authenticate(ctx context.Context, r *http.Request) (entrant, *socket.Refusal) {
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

// OnEnd implements socket.Handler: it tidies up, after the socket what is slower.
func (c *session) OnEnd(reason socket.CloseReason) {
	c.leave()
	c.resumer.stop()
	if c.user != "" {
		c.server.cfg.Stats.Users.Add(-1)
	}
	c.logClosed(reason)
}

// logOpened and logClosed write the two lines of a connection. No logger is made
// for them: what it has ready costs as much as both lines, and is larger than
// what it is made of.
func (c *session) logOpened() {
	if log, ctx := c.server.log, c.server.ctx; log.Enabled(ctx, slog.LevelInfo) {
		log.LogAttrs(ctx, slog.LevelInfo, "connection opened", c.describe(nil)...)
	}
}

func (c *session) logClosed(reason socket.CloseReason) {
	log, ctx := c.server.log, c.server.ctx
	if !log.Enabled(ctx, slog.LevelInfo) {
		return
	}
	in, out := c.socket.Traffic()
	log.LogAttrs(ctx, slog.LevelInfo, "connection closed", c.describe([]slog.Attr{
		slog.String("reason", reason.Label.String()), slog.Int("code", reason.Code), slog.Int("seconds", int(time.Since(c.opened).Seconds())),
		slog.Int64("framesIn", in.Frames), slog.Int64("bytesIn", in.Bytes), slog.Int64("framesOut", out.Frames), slog.Int64("bytesOut", out.Bytes),
	})...)
}

// describe answers whose connection it is, for the log, and what more there is to
// say.
func (c *session) describe(more []slog.Attr) []slog.Attr {
	return append([]slog.Attr{
		slog.String("conn", c.id), slog.String("user", string(c.user)),
		slog.String("addr", c.socket.Address().String()), slog.String("agent", c.agent.Value()),
	}, more...)
}

// OnMessage implements socket.Handler: it carries out one frame of the client. What makes no sense is dropped
// in silence, as on Misskey.
//
// What it touches is this connection's, so a panic ends this connection and no
// other.
func (c *session) OnMessage(data []byte) {
	defer func() {
		if p := recover(); p != nil {
			c.server.log.Error("a client's frame made the server panic; the client is sent away",
				"conn", c.id, "error", fmt.Sprintf("panic: %v\n%s", p, debug.Stack()))
			c.socket.Close(socket.CloseBroken)
		}
	}()
	frame, err := protocol.Decode(data)
	c.server.cfg.Stats.heard(c.member.Shard(), inKindOf(frame, err), len(data))
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
	c.server.readNotifications(c.id, store.Identity{User: &store.User{ID: c.user}, Token: &store.AccessToken{ID: c.token, UserID: c.user}})
}
