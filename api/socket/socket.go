package socket

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// Socket is one websocket connection. It is a part of whom it serves; the zero
// value is made ready by Gateway.Admit. See the package's comment for who may
// call what.
type Socket struct {
	// What every send touches comes first, in one cache line: with thousands of
	// recipients, that is what a frame costs beside the system call.
	mu sync.Mutex
	// fd is the descriptor, negative where there is no plain socket and once it is
	// closed. It is used under mu, or between use and done.
	fd    int32
	state state
	// writerHeld: somebody holds the writer lock; if nobody does, q is empty.
	// gathering: the sender that gathers holds it. stalled: it stays held until the
	// poller tells that the kernel has room.
	writerHeld, gathering, stalled bool
	busy                           int8      // how many use fd without mu
	counters                       *counters // where traffic is counted; set before anything is sent
	g                              *Gateway
	out                            Traffic
	q                              queue

	library *libraryConn  // where there is no plain socket; nil where there is fd
	reason  CloseReason   // the first reason to end
	ended   bool          // reason is set
	how     teardown      // how fd is to be closed
	flushed chan struct{} // made on demand, closed when the writer lock becomes free
	died    chan struct{} // made on demand, closed when the socket is dead
	expiry  *time.Timer   // runs from closing on

	wheelEntry wheelEntry
	lastPong   atomic.Int64 // Transport.now at the last pong, or at the upgrade
	reading    reading
	address    netip.Addr
	user       string // empty: nobody in particular
	served     bool   // Serve was called; for its caller only
}

// state is how far a socket's life has come.
type state uint8

const (
	fresh   state = iota // the handshake is not answered; what is sent goes nowhere
	open                 // frames may be sent
	closing              // a close frame is queued or written
	dead                 // the descriptor or conn is closed, or as good as closed
)

// Traffic is what went over one connection in one direction: frames, control
// frames included, and their bytes with headers.
type Traffic struct{ Frames, Bytes int64 }

// Traffic is what went over the connection. It is called after its end.
func (s *Socket) Traffic() (in, out Traffic) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reading.in, s.out
}

// prepare makes a zero socket one that is still to be opened.
func (s *Socket) prepare(g *Gateway, h Handler) {
	s.g, s.counters, s.fd = g, g.stats.ofShard(0), -1
	s.q.budget = g.t.budget
	s.reading.handler = h
	s.reading.events.Store(1) // nobody reads before Serve
	s.reading.throttle.limiter = rate.NewLimiter(rate.Limit(g.limits.InboundRate), g.limits.InboundBurst)
}

// open begins the socket's life on a descriptor or, if that is negative, on the
// library's connection. A socket that was closed before is closed now.
func (s *Socket) open(fd int, l *libraryConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fd, s.library = int32(fd), l
	s.lastPong.Store(s.g.t.now())
	s.state = open
	if s.ended {
		s.closeLocked(s.reason, closeFrame(s.reason))
	}
}
