package socket

import (
	"net/http"
	"net/netip"
)

// Gateway is one protocol's way in: the connections that are accepted by it are
// counted in its Stats, apart from those of other protocols. It is safe for
// concurrent use.
type Gateway struct {
	t      *Transport
	limits Limits // the transport's, near to what a send looks at
	stats  *Stats
}

// Gateway makes a gateway whose connections are counted in stats. A nil stats is
// replaced by one that nobody reads.
func (t *Transport) Gateway(stats *Stats) *Gateway {
	if stats == nil {
		stats = new(Stats)
	}
	return &Gateway{t: t, limits: t.limits, stats: stats}
}

// Handler is whom a socket serves. Its methods are called from one goroutine at
// a time.
type Handler interface {
	// OnMessage is given each message of the client, text or binary; text is
	// valid UTF-8. The argument is valid during the call only. It may take its
	// time, since TCP slows the client meanwhile.
	OnMessage(message []byte)
	// OnEnd is called once, last of all, for each socket that was served. No
	// goroutine of the socket is left then, and nothing refers to its memory.
	OnEnd(reason CloseReason)
}

// Admit counts a client by its address and makes its socket, which has to be a
// zero one, ready: from now on frames may be sent to it, though they go nowhere
// before it is accepted. The errors are ErrDraining and ErrTooMany. Whoever was
// admitted is accepted and served, or dismissed: the caller defers Dismiss.
func (g *Gateway) Admit(s *Socket, h Handler, address netip.Addr) error {
	growStack()
	if err := g.t.admission.admit(address); err != nil {
		return err
	}
	s.address = address
	s.prepare(g, h)
	return nil
}

// AdmitUser counts a client that was admitted as one of the user's. The error is
// ErrTooMany, after which the client is to be dismissed.
func (s *Socket) AdmitUser(user string) error {
	if err := s.g.t.admission.admitUser(user); err != nil {
		return err
	}
	s.user = user
	return nil
}

// Dismiss lets a client go that was admitted, unless it is served. It is meant
// to be deferred in the HTTP handler, so that a panic there leaves nobody counted.
func (s *Socket) Dismiss() {
	if !s.served {
		s.g.t.admission.leave(s.address, s.user)
	}
}

// Address is the address that the client was admitted with.
func (s *Socket) Address() netip.Addr { return s.address }

// Refuse writes the refusal as the answer to an upgrade and counts it. Every
// refusal ends the HTTP connection and may not be cached.
func (g *Gateway) Refuse(w http.ResponseWriter, r *Refusal) {
	g.stats.refusals[r.Label].Add(1)
	r.write(w)
}
