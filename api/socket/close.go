package socket

import (
	"encoding/binary"
	"strings"
	"time"
)

// Close lets what is queued go out, then a close frame, and never blocks. If
// the client has not read that and answered within Limits.CloseTimeout, the
// connection is reset. The first reason counts; later calls do nothing. A socket
// that is not accepted yet is closed as soon as it is.
func (s *Socket) Close(reason CloseReason) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == fresh {
		s.endLocked(reason)
		return
	}
	s.closeLocked(reason, closeFrame(reason))
}

// Closing says whether the connection is closing or has ended.
func (s *Socket) Closing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state > open
}

func (s *Socket) closeLocked(reason CloseReason, frame *control) {
	if s.state != open {
		return
	}
	s.state = closing
	s.endLocked(reason)
	e := entry{control: frame}
	s.q.charge(e.size())
	s.q.push(e)
	s.startWriterLocked()
	s.expiry = time.AfterFunc(s.g.limits.CloseTimeout, func() { s.abort(reason) })
}

// closeFrame is the close frame for a reason.
func closeFrame(r CloseReason) *control {
	text := strings.ToValidUTF8(r.Text[:min(len(r.Text), maxPayload7-2)], "") // not half a character
	return controlFrame(opClose, append(binary.BigEndian.AppendUint16(make([]byte, 0, maxPayload7), uint16(r.Code)), text...))
}

// overflow closes a connection that is too slow. Frames that were not begun are
// dropped; of what is in flight it is not known yet how much was written. It says
// whether something is in flight.
func (s *Socket) overflow(reason CloseReason) (inflight bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.overflowLocked(reason)
	return s.q.inflight > 0
}

func (s *Socket) overflowLocked(reason CloseReason) {
	if s.state != open {
		return
	}
	s.g.stats.Skipped.Add(int64(s.q.dropUnstarted()))
	s.closeLocked(reason, closeFrame(reason))
}

// endLocked sets the reason for the end, if there is none yet.
func (s *Socket) endLocked(reason CloseReason) {
	if !s.ended {
		s.ended, s.reason = true, reason
	}
}

// teardown is how the connection beneath a socket is closed.
type teardown bool

const (
	// orderly: what the kernel still holds for the client is delivered.
	orderly teardown = false
	// abrupt: the connection is reset, and what the kernel holds is thrown away.
	abrupt teardown = true
)

// abort resets the connection without a close frame; it does not block.
func (s *Socket) abort(reason CloseReason) { s.kill(reason, abrupt) }

// kill marks the socket dead, lets go of its queue, and closes the connection
// if this call is the first.
func (s *Socket) kill(reason CloseReason, how teardown) {
	s.mu.Lock()
	if s.state == dead {
		s.mu.Unlock()
		return
	}
	s.state, s.how = dead, how
	s.endLocked(reason)
	s.q.clear()
	if s.stalled || s.gathering {
		s.stalled, s.gathering = false, false
		s.unlockWriterLocked()
	}
	if s.died != nil {
		close(s.died)
	}
	if s.expiry != nil {
		s.expiry.Stop()
	}
	s.closeUnusedLocked()
	l := s.library
	s.mu.Unlock()
	switch {
	case l == nil:
		s.wakeReader() // the poller does not tell of it
	case how == abrupt:
		reset(l.conn) // which ends the read that its goroutine waits in
	default:
		_ = l.conn.Close() // whatever this reports, the client has its close frame
	}
}

// deadSignal returns a channel that is closed when the socket is dead.
func (s *Socket) deadSignal() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == dead {
		return closedChan
	}
	if s.died == nil {
		s.died = make(chan struct{})
	}
	return s.died
}

func (s *Socket) isDead() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state == dead
}
