package streaming

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/time/rate"

	"notewire/protocol"
)

// socket is one websocket connection. See doc.go for who may call what.
type socket struct {
	t    *transport
	conn net.Conn
	// raw is for draining, which waits for room; nil where conn is not a plain
	// socket. fd is its descriptor: it may be written while mu is held and the
	// socket is not dead, since whoever closes conn marks it dead before.
	raw syscall.RawConn
	fd  int
	lib library
	// tally is where traffic is counted; it is set before anything is sent.
	tally *tally

	// Owned by the goroutine in Serve.
	early    []byte // what the client sent before the upgrade was answered
	scan     scanner
	throttle throttle
	readErr  error // of conn; a library's error without it is the client's fault
	peerDone bool  // the client sent a close frame
	in       count // as it came

	lastPong atomic.Int64 // transport.now at the last pong, or at the upgrade
	stopRead chan struct{}

	spoke spoke

	mu      sync.Mutex
	q       queue
	out     count
	placed  bool          // somebody has the writer's place; if not, q is empty
	closing bool          // a close frame is queued or written
	dead    bool          // conn is closed, or is being closed
	stopped bool          // stopRead is closed
	ended   bool          // reason is set
	reason  CloseReason   // the first reason to end
	flushed chan struct{} // made on demand, closed when the place becomes free
	expiry  *time.Timer   // runs from closing on
}

// count is what went over one connection in one direction, headers and
// control frames included.
type count struct{ frames, bytes int64 }

func newSocket(t *transport, conn net.Conn, early []byte) *socket {
	s := &socket{
		t:        t,
		conn:     conn,
		raw:      rawConn(conn),
		early:    early,
		tally:    t.stats.tally(0),
		throttle: throttle{limiter: rate.NewLimiter(rate.Limit(t.limits.InboundRate), t.limits.InboundBurst)},
		stopRead: make(chan struct{}),
		q:        queue{budget: t.budget},
	}
	if s.raw != nil {
		s.fd, s.raw = descriptor(s.raw)
	}
	s.lastPong.Store(t.now())
	return s
}

// Send hands a frame over for delivery and never blocks. It may be called from
// any goroutine; frames of one goroutine keep their order. Nothing is sent any
// more once the connection is closing, or if the gate is shut before the
// frame's first byte is written. A nil gate is always open.
func (s *socket) Send(f *protocol.Frame, g *protocol.Gate) {
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
	if s.closing || s.dead || !e.gate.Open() {
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
	if s.placed || s.raw == nil {
		s.q.charge(n)
		s.q.push(e)
		s.startLocked()
		s.mu.Unlock()
		s.t.stats.Queued.Add(1)
		return
	}
	// The place is taken and given back under the mutex. That is what makes
	// most frames cheap: the descriptor's own lock, which would be a second one,
	// and the runtime's poller stay cold.
	written, err := write(uintptr(s.fd), e.wire())
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
	if s.dead {
		s.q.clear()
	}
	s.placed = false
	if s.flushed != nil {
		close(s.flushed)
		s.flushed = nil
	}
}

// closedChan is what Flushed returns when there is nothing to wait for.
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
	return s.closing || s.dead
}

func (s *socket) closeLocked(reason CloseReason, frame *control) {
	if s.closing || s.dead {
		return
	}
	s.closing = true
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
	if s.closing || s.dead {
		return
	}
	s.t.stats.Skipped.Add(int64(s.q.dropUnstarted()))
	s.closeLocked(reason, closeFrame(reason))
}

// waiting is how many bytes are queued; 0 once the connection is closing.
func (s *socket) waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing || s.dead {
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
func (s *socket) abort(reason CloseReason) {
	if s.kill(reason) {
		reset(s.conn)
	}
}

// kill marks the socket dead, lets go of its queue, and says whether this call
// was the first and so has to close conn.
func (s *socket) kill(reason CloseReason) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead {
		return false
	}
	s.dead = true
	s.endLocked(reason)
	s.q.clear()
	s.stopReadLocked()
	if s.expiry != nil {
		s.expiry.Stop()
	}
	return true
}

func (s *socket) stopReadLocked() {
	if !s.stopped {
		s.stopped = true
		close(s.stopRead)
	}
}

// Serve reads until the connection ends, and returns why it did. Each message,
// text or binary, is given to onText, whose argument is valid during the call
// only; onText may take its time, since TCP slows the client meanwhile. Nothing
// is given to onText once the connection is closing. If ctx ends, the
// connection is reset.
//
// Serve is called exactly once for each socket, in a goroutine of its own and
// not in the HTTP handler. When it returns, no goroutine of the socket is left
// and its memory is not referenced from here any more.
func (s *socket) Serve(ctx context.Context, onText func([]byte)) CloseReason {
	s.t.stats.Open.Add(1)
	s.t.wheel.add(s)
	err := s.lib.read(ctx, s.t.limits.InboundFrame, func(message []byte) {
		if !s.Closing() {
			onText(message)
		}
	})
	s.lib.stop()
	s.finish(ctx, err)
	s.t.wheel.remove(s)
	s.t.stats.Open.Add(-1)
	s.t.stats.closes[s.reason.Label].Add(1)
	return s.reason
}

// traffic is what went over the connection. It is called after Serve.
func (s *socket) traffic() (in, out count) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.in, s.out
}

// finish ends a connection that is no longer read.
func (s *socket) finish(ctx context.Context, err error) {
	defer context.AfterFunc(ctx, func() { s.abort(endedContext) })()
	switch {
	case ctx.Err() != nil:
		s.abort(endedContext)
	case s.Closing():
	case errors.Is(err, errTooBig):
		s.Close(closeTooBig)
	case s.readErr != nil:
		s.abort(endedGone)
	default:
		s.Close(closeProtocol)
	}
	<-s.Flushed() // bounded by expiry
	s.awaitPeer()
	if s.kill(endedGone) {
		// Whatever this reports, the client has its close frame.
		_ = s.conn.Close()
	}
	// A sender may be inside a system call on the closed descriptor.
	<-s.Flushed()
}

// awaitPeer throws away what the client still sends until it answers our close
// frame or goes. To close a socket with unread data resets it, and the reset
// may overtake the close frame. Bounded by expiry and by an amount.
func (s *socket) awaitPeer() {
	const most = 4 << 20
	// The library's end made reads fail at once; from here on expiry ends them.
	if s.readErr = s.conn.SetReadDeadline(time.Time{}); s.readErr != nil {
		return
	}
	var buf [1024]byte
	for got := 0; got < most && !s.peerDone; {
		n, err := s.conn.Read(buf[:])
		s.inbound(buf[:n])
		if err != nil {
			return
		}
		got += n
	}
}

// inbound notes what was read.
func (s *socket) inbound(p []byte) (frames int) {
	frames, pongs, closed := s.scan.scan(p)
	s.in.frames += int64(frames)
	s.in.bytes += int64(len(p))
	s.tally.wire.add(frames, len(p))
	if pongs > 0 {
		s.lastPong.Store(s.t.now())
	}
	if closed {
		s.peerDone = true
	}
	return frames
}
