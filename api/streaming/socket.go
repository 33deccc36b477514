package streaming

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"notewire/protocol/wire"
)

// socket is one websocket connection. See doc.go for who may call what. It is
// a part of its session; prepare makes a zero one ready.
type socket struct {
	// What every send touches comes first, in one cache line: with thousands of
	// recipients, that is what a frame costs beside the system call.
	mu sync.Mutex
	// fd is the descriptor, negative where conn is used and once it is closed. It
	// may be used under mu, and by who is counted in busy.
	fd    int32
	state state
	// placed: somebody has the writer's place; if not, q is empty. gathering: who
	// gathers has it. stalled: the place is kept while the kernel has no room, and
	// the poller will tell.
	placed, gathering, stalled bool
	busy                       int8
	tally                      *tally // where traffic is counted; set before anything is sent
	t                          *transport
	out                        count
	q                          queue

	conn    net.Conn      // what is no plain socket; nil where there is fd
	reason  CloseReason   // the first reason to end
	ended   bool          // reason is set
	hard    bool          // fd is to be reset when it is closed
	flushed chan struct{} // made on demand, closed when the place becomes free
	gone    chan struct{} // made on demand, closed when the socket is dead
	expiry  *time.Timer   // runs from closing on

	spoke    spoke
	lastPong atomic.Int64 // transport.now at the last pong, or at the upgrade
	reading  reading
}

// state is how far a socket's life has come.
type state uint8

const (
	fresh   state = iota // the handshake is not answered; what is sent goes nowhere
	open                 // frames may be sent
	closing              // a close frame is queued or written
	dead                 // the descriptor or conn is closed, or as good as closed
)

// count is what went over one connection in one direction, headers and
// control frames included.
type count struct{ frames, bytes int64 }

// prepare makes a zero socket one that is still to be opened.
func (s *socket) prepare(t *transport, o owner) {
	s.t, s.tally, s.fd = t, t.stats.tally(0), -1
	s.q.budget = t.budget
	s.reading.owner = o
	s.reading.events.Store(1) // nobody reads before Serve
	s.reading.throttle.limiter = rate.NewLimiter(rate.Limit(t.limits.InboundRate), t.limits.InboundBurst)
}

// open begins the socket's life on a descriptor or, if that is negative, on
// conn. early is what the client sent before the upgrade was answered.
func (s *socket) open(fd int, conn net.Conn, early []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fd, s.conn, s.reading.early = int32(fd), conn, early
	s.lastPong.Store(s.t.now())
	s.state = open
}

// Send hands a frame over for delivery and never blocks. It may be called from
// any goroutine; frames of one goroutine keep their order. Nothing is sent
// before the handshake is answered and once the connection is closing, nor if
// the gate is shut before the frame's first byte is written. A nil gate is
// always open.
func (s *socket) Send(f *wire.Frame, g *wire.Gate) {
	if f.Size() > s.t.limits.QueueBytes {
		s.t.oversized(f)
		return
	}
	s.put(entry{frame: f, gate: g})
}

// put writes an entry at once if the writer's place and the socket allow it,
// and queues it otherwise.
func (s *socket) put(e entry) {
	n, kind := e.size(), e.kind()
	s.mu.Lock()
	if s.state != open || !e.gate.Open() {
		s.mu.Unlock()
		if e.frame != nil {
			s.t.stats.Skipped.Add(1)
		}
		return
	}
	if !s.q.fits(n, &s.t.limits) {
		s.overflowLocked(closeSlow)
		s.mu.Unlock()
		return
	}
	if s.placed || s.fd < 0 {
		s.q.charge(n)
		s.q.push(e)
		s.startLocked()
		s.mu.Unlock()
		s.t.stats.Queued.Add(1)
		return
	}
	// The place is taken and given back under the mutex, which is what makes
	// most frames cheap.
	written, err := send(int(s.fd), e.wire())
	if wouldBlock(err) {
		err = nil
	}
	s.out.bytes += int64(written)
	switch {
	case err != nil:
	case written == n:
		s.out.frames++
	default:
		s.placed = true
		s.q.charge(n)
		s.q.pushStarted(e, written)
		go s.drain()
	}
	s.mu.Unlock()
	traffic := &s.tally.out[kind]
	switch {
	case err != nil:
		s.abort(endedGone)
	case written == n:
		traffic.add(1, n)
	default:
		traffic.add(0, written)
		s.t.stats.Queued.Add(1)
	}
}

// startLocked starts a goroutine that drains the queue, unless somebody who
// will see to it has the place.
func (s *socket) startLocked() {
	if !s.placed {
		s.placed = true
		go s.drain()
	}
}

// leaveLocked gives the place back. The queue is empty, or the socket dead.
func (s *socket) leaveLocked() {
	if s.state == dead {
		s.q.clear()
	}
	s.placed = false
	if s.flushed != nil {
		close(s.flushed)
		s.flushed = nil
	}
}

// closedChan is what stands for a signal that was given already.
var closedChan = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// Flushed returns a channel that is closed once nothing waits to be written, or
// the connection has ended. Frames that are sent after the call may be waited
// for as well.
func (s *socket) Flushed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.placed {
		return closedChan
	}
	if s.flushed == nil {
		s.flushed = make(chan struct{})
	}
	return s.flushed
}

// Close lets what is queued go out, then a close frame, and never blocks. If
// the client has not read that and answered within Limits.CloseTimeout, the
// connection is reset. The first reason counts; later calls do nothing.
func (s *socket) Close(reason CloseReason) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closeLocked(reason, closeFrame(reason))
}

// Closing says whether the connection is closing or has ended.
func (s *socket) Closing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state > open
}

func (s *socket) closeLocked(reason CloseReason, frame *control) {
	if s.state != open {
		return
	}
	s.state = closing
	s.endLocked(reason)
	e := entry{control: frame}
	s.q.charge(e.size())
	s.q.push(e)
	s.startLocked()
	s.expiry = time.AfterFunc(s.t.limits.CloseTimeout, func() { s.abort(reason) })
}

// overflow closes a connection that is too slow: what was not begun is dropped,
// except what is in flight, of which it is not known yet. It says whether
// something is.
func (s *socket) overflow(reason CloseReason) (inflight bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.overflowLocked(reason)
	return s.q.inflight > 0
}

func (s *socket) overflowLocked(reason CloseReason) {
	if s.state != open {
		return
	}
	s.t.stats.Skipped.Add(int64(s.q.dropUnstarted()))
	s.closeLocked(reason, closeFrame(reason))
}

// waiting is how many bytes are queued; 0 once the connection is closing.
func (s *socket) waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != open {
		return 0
	}
	return s.q.bytes
}

// endLocked sets the reason for the end, if there is none yet.
func (s *socket) endLocked(reason CloseReason) {
	if !s.ended {
		s.ended, s.reason = true, reason
	}
}

// abort resets the connection without a close frame; it does not block. The
// kernel throws away what it still holds for the client.
func (s *socket) abort(reason CloseReason) { s.kill(reason, true) }

// kill marks the socket dead, lets go of its queue, and closes the connection
// if this call is the first, hard or in the way of TCP.
func (s *socket) kill(reason CloseReason, hard bool) {
	s.mu.Lock()
	if s.state == dead {
		s.mu.Unlock()
		return
	}
	s.state, s.hard = dead, hard
	s.endLocked(reason)
	s.q.clear()
	if s.stalled || s.gathering {
		s.stalled, s.gathering = false, false
		s.leaveLocked()
	}
	if s.gone != nil {
		close(s.gone)
	}
	if s.expiry != nil {
		s.expiry.Stop()
	}
	s.letGoLocked()
	conn := s.conn
	s.mu.Unlock()
	switch {
	case conn == nil:
		s.wake() // or nobody would notice: the poller does not tell of it
	case hard:
		reset(conn) // which ends the read that its goroutine waits in
	default:
		_ = conn.Close() // whatever this reports, the client has its close frame
	}
}

// use takes part in the use of the descriptor without mu, until done. False:
// it is closed.
func (s *socket) use() (fd int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == dead {
		return -1, false
	}
	s.busy++
	return int(s.fd), true
}

func (s *socket) done() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy--
	s.letGoLocked()
}

// letGoLocked closes the descriptor of a dead socket once nobody is using it:
// the number may be another connection's a moment later.
func (s *socket) letGoLocked() {
	if s.state != dead || s.busy > 0 || s.fd < 0 {
		return
	}
	s.t.poller.remove(int(s.fd))
	closeDescriptor(int(s.fd), s.hard)
	s.fd = -1
}

// dying returns a channel that is closed when the socket is dead.
func (s *socket) dying() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == dead {
		return closedChan
	}
	if s.gone == nil {
		s.gone = make(chan struct{})
	}
	return s.gone
}

// traffic is what went over the connection. It is called after its end.
func (s *socket) traffic() (in, out count) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reading.in, s.out
}
