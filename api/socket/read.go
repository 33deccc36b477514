package socket

import (
	"errors"
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
	handler Handler
	early   []byte // what the client sent before the upgrade was answered
	// partial is the beginning of a frame whose end has not come.
	partial []byte
	// reader has a message of which only some fragments have come; else nil.
	reader    *reader
	scan      scanner
	throttle  throttle
	in        Traffic // as it came
	peerDone  bool    // the client sent a close frame
	deaf      bool    // what comes is thrown away
	discarded int

	// events counts what the poller told that was not read up to yet. Who
	// raises it from 0 starts the goroutine; it stays above 0 after the end.
	events atomic.Int32
	hangup atomic.Bool // the poller told of an end: only reading all shows it
}

// readiness is what the poller tells of a descriptor.
type readiness uint8

const (
	readable readiness = 1 << iota // there is something to be read
	ended                          // the client ended its side, or the connection failed
	writable                       // the kernel has room, or the connection failed
)

// readBytes is how much is read at once. The buffers are shared: an idle
// connection holds none, and one that may not be read just now holds one.
const readBytes = 4 << 10

var readBuffers = sync.Pool{New: func() any { return new([readBytes]byte) }}

// connBuffer is the size of the buffer of a connection that waits in a read of
// its own, in bytes; most frames of clients are below 200 bytes.
const connBuffer = 512

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
	if t.Draining() { // Drain may have looked into the wheel before
		s.Close(CloseRestart)
	}
	if s.conn != nil {
		go s.readConn()
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
	// The 1 is prepare's: until now nobody was to read.
	if len(r.early) > 0 || !r.events.CompareAndSwap(1, 0) {
		go s.read()
	}
}

// wakeReader sees to it that somebody reads. The poller calls it, and whoever
// ends the socket.
func (s *Socket) wakeReader() {
	if s.reading.events.Add(1) == 1 {
		go s.read()
	}
}

// onReady takes in what the poller tells. It does not wait.
func (s *Socket) onReady(r readiness) {
	if r&writable != 0 {
		s.mu.Lock()
		if s.stalled {
			s.stalled = false
			go s.writeQueue()
		}
		s.mu.Unlock()
	}
	if r&ended != 0 {
		s.reading.hangup.Store(true)
	}
	if r&(readable|ended) != 0 {
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
	if early := r.early; len(early) > 0 {
		r.early = nil
		if s.took(early, nil) {
			return true
		}
	}
	for {
		s.pause(r.throttle.due())
		more, over := s.readSome()
		if !more || over {
			return over
		}
	}
}

// readSome reads once. more says that there may be more to read just now.
func (s *Socket) readSome() (more, over bool) {
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
	if s.took(buf[:n], err) {
		return false, true
	}
	// Less than there was room for: that was all. What comes later is told of,
	// and so is an end, unless the poller did that before.
	return n == len(buf) || s.reading.hangup.Load(), false
}

// readConn reads from what is no plain socket.
func (s *Socket) readConn() {
	r := &s.reading
	over := false
	if early := r.early; early != nil {
		r.early = nil
		over = s.took(early, nil)
	}
	buf := make([]byte, connBuffer)
	for !over {
		s.pause(r.throttle.due())
		n, err := s.conn.Read(buf)
		over = s.took(buf[:n], err)
	}
	s.finish()
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
	case <-s.dying():
	}
}

// discardMost is how much is read of a client that was sent a close frame and
// goes on with something else.
const discardMost = 4 << 20

// took works through what was read, err being what ended the read, and says
// whether reading is over. Once a close frame of ours is due to a client that
// broke the rules, what comes is thrown away until it answers that or goes: to
// close a socket with unread data resets it, and the reset may overtake the
// close frame.
func (s *Socket) took(p []byte, err error) (over bool) {
	r := &s.reading
	for len(p) > 0 && !s.isDead() {
		s.pause(r.throttle.due())
		now := time.Now()
		n := r.throttle.portion(len(p), now)
		s.hear(p[:n], now)
		p = p[n:]
	}
	switch {
	case err != nil:
		if !s.Closing() {
			s.abort(endedGone)
		}
		return true
	case r.deaf && (r.peerDone || r.discarded > discardMost):
		return true
	default:
		return s.isDead()
	}
}

// hear works through a portion of what was read.
func (s *Socket) hear(p []byte, now time.Time) {
	r := &s.reading
	frames := s.inbound(p)
	if r.deaf {
		r.discarded += len(p)
		return
	}
	if frames > 0 && r.throttle.took(frames, now, s.g.limits.InboundPatience) {
		s.Close(closeFlood)
	}
	if fault := s.feed(p); fault != nil {
		s.refuse(fault)
	}
}

// feed gives the library what are whole frames by now, and keeps the rest.
func (s *Socket) feed(p []byte) error {
	r := &s.reading
	if len(r.partial) > 0 {
		r.partial = append(r.partial, p...)
		p = r.partial
	}
	limit := s.g.limits.InboundFrame
	left := limit
	if r.reader != nil {
		left -= r.reader.text.Len()
	}
	n, fault := whole(p, limit, left)
	if n > 0 {
		if err := s.readFrames(p[:n]); err != nil {
			return err
		}
	}
	if fault != nil {
		return fault
	}
	if rest := p[n:]; len(rest) == 0 {
		r.partial = nil
	} else if n > 0 || r.partial == nil {
		r.partial = append([]byte(nil), rest...)
	}
	return nil
}

// readFrames gives the messages in whole frames to the handler. Those that take
// more than one frame, and control frames, are read by one of the library's
// connections. The others are not: for each frame it tells a goroutine of its
// own four times that there is no deadline, which is most of what a short frame
// costs.
func (s *Socket) readFrames(p []byte) error {
	r := &s.reading
	for r.reader == nil {
		if len(p) == 0 {
			return nil
		}
		message, n, ok := simple(p)
		if !ok {
			break
		}
		s.heard(message)
		p = p[n:]
	}
	rd := r.reader
	if rd == nil {
		var err error
		if rd, err = s.g.t.readers.take(); err != nil {
			s.g.t.log.report("frames cannot be read", slog.Any("error", err))
			s.Close(CloseBroken)
			return err
		}
	}
	r.reader = nil
	unfinished, err := rd.read(s, p, s.g.limits.InboundFrame, s.heard)
	switch {
	case err != nil:
		rd.stop()
	case unfinished:
		r.reader = rd
	default:
		s.g.t.readers.give(rd)
	}
	return err
}

// heard gives a message to the handler.
func (s *Socket) heard(message []byte) {
	if !s.Closing() {
		s.reading.handler.OnMessage(message)
	}
}

// refuse ends the reading of a client that broke the rules, or sent a close
// frame, which the library has answered.
func (s *Socket) refuse(fault error) {
	r := &s.reading
	r.deaf, r.partial = true, nil
	if errors.Is(fault, errTooBig) {
		s.Close(closeTooBig)
		return
	}
	s.Close(closeProtocol) // does nothing if it is closing
}

// finish ends a connection that is no longer read.
func (s *Socket) finish() {
	r := &s.reading
	<-s.Flushed() // bounded by expiry
	s.kill(endedGone, orderly)
	// A sender may be inside a system call on the descriptor.
	<-s.Flushed()
	if r.reader != nil {
		r.reader.stop()
		r.reader = nil
	}
	r.partial = nil
	s.g.t.wheel.remove(s)
	s.g.stats.Open.Add(-1)
	s.g.stats.closes[s.reason.Label].Add(1)
	r.handler.OnEnd(s.reason)
	s.g.t.admission.leave(s.address, s.user)
}

// inbound notes what was read.
func (s *Socket) inbound(p []byte) (frames int) {
	r := &s.reading
	frames, pongs, closed := r.scan.scan(p)
	r.in.Frames += int64(frames)
	r.in.Bytes += int64(len(p))
	s.counters.in.add(frames, len(p))
	if pongs > 0 {
		s.lastPong.Store(s.g.t.now())
	}
	if closed {
		r.peerDone = true
	}
	return frames
}
