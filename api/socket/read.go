package socket

import (
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// reading is the part of a socket that belongs to whoever reads: one goroutine
// at a time, and none while there is nothing to be read. Where there is no
// descriptor that the poller could watch, it is one that waits all the time.
type reading struct {
	handler   Handler
	readAhead []byte // what the client sent before the upgrade was answered
	frames    frameReader
	throttle  throttle
	in        Traffic // as it came
	discarded int     // bytes that came after the client broke a rule

	// events is how often the poller has told of something since the last read
	// that found nothing more. Whoever raises it from 0 starts the goroutine. It
	// stays above 0 once the connection has ended, so that none is started then.
	events atomic.Int32
	// hungUp: the poller has told that the client ended its side. Only a reader
	// that reads until nothing is left finds that end.
	hungUp atomic.Bool
}

// readiness is what the poller tells of a descriptor.
type readiness uint8

const (
	canRead  readiness = 1 << iota // there is something to be read
	hasEnded                       // the client ended its side, or the connection failed
	canWrite                       // the kernel has room, or the connection failed
)

// readBytes is how much is read at once. The buffers are shared: an idle
// connection holds none, and one that may not be read just now holds one.
const readBytes = 4 << 10

var readBuffers = sync.Pool{New: func() any { return new([readBytes]byte) }}

// Serve begins to read and returns at once; the handler is told what comes, and
// in the end why the connection ended. Nothing is given to it once the
// connection is closing, except for the end. It is called exactly once for each
// socket that was accepted. If no clients are admitted any more by then, the
// connection is closed with CloseRestart.
func (s *Socket) Serve() {
	r, t := &s.reading, s.g.t
	s.served = true
	s.g.stats.Open.Add(1)
	if !t.wheel.add(s) {
		s.abort(endedStopped)
	}
	if t.Draining() { // Drain may have listed the open connections before
		s.Close(CloseRestart)
	}
	if s.library != nil {
		go s.library.serve()
		return
	}
	if fd, ok := s.use(); ok {
		err := t.poller.add(fd, s)
		s.done()
		if err != nil {
			t.log.report("a connection cannot be watched and is given up", slog.Any("error", err))
			s.abort(endedGone)
		}
	}
	// prepare has set events to 1, so that nobody reads before this.
	if len(r.readAhead) > 0 || !r.events.CompareAndSwap(1, 0) {
		go s.read()
	}
}

// wakeReader starts the goroutine that reads, or has the one that is running read
// once more. The poller calls it, and whoever ends the socket, since the reader
// is who notices the end.
func (s *Socket) wakeReader() {
	if s.reading.events.Add(1) == 1 {
		go s.read()
	}
}

// onReady takes in what the poller tells. It does not wait.
func (s *Socket) onReady(r readiness) {
	if r&canWrite != 0 {
		s.mu.Lock()
		if s.stalled {
			s.stalled = false
			go s.writeQueue()
		}
		s.mu.Unlock()
	}
	if r&hasEnded != 0 {
		s.reading.hungUp.Store(true)
	}
	if r&(canRead|hasEnded) != 0 {
		s.wakeReader()
	}
}

// read reads until there is nothing more, and ends the socket if that is over.
func (s *Socket) read() {
	growStack()
	for {
		seen := s.reading.events.Load()
		if s.readAll() {
			s.finish()
			return
		}
		if s.reading.events.CompareAndSwap(seen, 0) {
			return
		}
	}
}

// readAll reads until the kernel has nothing more, no faster than the limits
// allow. It says whether reading is over.
func (s *Socket) readAll() (over bool) {
	r := &s.reading
	if p := r.readAhead; len(p) > 0 {
		r.readAhead = nil
		if s.consume(p, nil) {
			return true
		}
	}
	for {
		s.pause(r.throttle.delay())
		more, over := s.readOnce()
		if !more || over {
			return over
		}
	}
}

// readOnce reads once. more says that there may be more to read at once.
func (s *Socket) readOnce() (more, over bool) {
	fd, ok := s.use()
	if !ok {
		return false, true
	}
	buf, _ := readBuffers.Get().(*[readBytes]byte)
	defer readBuffers.Put(buf)
	n, err := read(fd, buf[:])
	s.done()
	if wouldBlock(err) {
		return false, false
	}
	if err == nil && n == 0 {
		err = io.EOF
	}
	if s.consume(buf[:n], err) {
		return false, true
	}
	// A read that does not fill the buffer has taken everything. The poller tells
	// of what comes later; it may have told of the end already.
	return n == len(buf) || s.reading.hungUp.Load(), false
}

// pause waits, unless the socket dies.
func (s *Socket) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.deadSignal():
	}
}

// discardMost is how much is read of a client that was sent a close frame and
// goes on with something else.
const discardMost = 4 << 20

// consume works through what was read, err being what ended the read, and says
// whether reading is over. Once a close frame of ours is due to a client that
// broke a rule, what comes is thrown away until it answers that or goes: to close
// a socket with unread data resets it, and the reset may overtake the close
// frame.
func (s *Socket) consume(p []byte, err error) (over bool) {
	r := &s.reading
	for len(p) > 0 && !s.isDead() {
		s.pause(r.throttle.delay())
		now := time.Now()
		n := r.throttle.portion(len(p), now)
		s.readFrames(p[:n], now)
		p = p[n:]
	}
	switch {
	case err != nil:
		if !s.Closing() {
			s.abort(endedGone)
		}
		return true
	case r.frames.peerClosed() || r.discarded > discardMost:
		return true
	default:
		return s.isDead()
	}
}

// readFrames works through a portion of what was read.
func (s *Socket) readFrames(p []byte, now time.Time) {
	r := &s.reading
	if r.frames.discarding() {
		r.discarded += len(p)
	}
	frames, fault := r.frames.read(p, s.g.limits.InboundFrame, s)
	if s.countInbound(frames, len(p)); fault != nil {
		s.Close(*fault)
	}
	if !r.frames.discarding() {
		s.limitRate(frames, now)
	}
}

// countInbound counts what came.
func (s *Socket) countInbound(frames, bytes int) {
	s.reading.in.Frames += int64(frames)
	s.reading.in.Bytes += int64(bytes)
	s.counters.in.add(frames, bytes)
}

// limitRate closes the connection if too many frames have come for too long.
func (s *Socket) limitRate(frames int, now time.Time) {
	if frames > 0 && s.reading.throttle.count(frames, now, s.g.limits.InboundPatience) {
		s.Close(closeFlood)
	}
}

// The socket is the sink of its own frames.
var _ frameSink = (*Socket)(nil)

func (s *Socket) gotMessage(message []byte) {
	if !s.Closing() {
		s.reading.handler.OnMessage(message)
	}
}

func (s *Socket) gotPing(payload []byte) { s.put(entry{control: controlFrame(opPong, payload)}) }

func (s *Socket) gotPong() { s.lastPong.Store(s.g.t.now()) }

// gotClose answers a close frame with its own payload (RFC 6455, section 5.5.1),
// unless ours is under way.
func (s *Socket) gotClose(payload []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closeLocked(endedByClient, controlFrame(opClose, payload))
}

// finish ends a connection that is no longer read.
func (s *Socket) finish() {
	<-s.Flushed() // bounded by expiry
	s.kill(endedGone, orderly)
	// A sender may still be inside a system call on the descriptor.
	<-s.Flushed()
	s.reading.frames = frameReader{}
	s.g.t.wheel.remove(s)
	s.g.stats.Open.Add(-1)
	s.g.stats.closes[s.reason.Label].Add(1)
	s.reading.handler.OnEnd(s.reason)
	s.g.t.admission.leave(s.address, s.user)
}
