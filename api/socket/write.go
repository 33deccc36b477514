package socket

import "sync"

// How much one system call is given at most.
const (
	writeSlices = 64
	writeBytes  = 256 << 10
	// coalesceBytes is what is put together where each write has a cost of its
	// own, as a TLS record has.
	coalesceBytes = 16 << 10
)

// writer is what a goroutine needs that writes a queue, kept in a pool between
// two of them.
type writer struct {
	s   *Socket
	iov [][]byte
	buf []byte
}

var writers = sync.Pool{New: func() any { return &writer{iov: make([][]byte, 0, writeSlices)} }}

// writeQueue writes the queue out and ends when it is empty, or when the kernel
// has no room for more: then it keeps the writer lock, and is started again when
// the poller tells of room. Its caller hands it the writer lock.
func (s *Socket) writeQueue() {
	w, _ := writers.Get().(*writer)
	w.s = s
	var err error
	if s.library != nil {
		err = w.writeBlocking()
	} else {
		err = w.write()
	}
	w.s = nil
	writers.Put(w)
	if err == nil {
		return // the step that found the queue empty gave the writer lock back
	}
	s.abort(endedGone)
	s.mu.Lock()
	s.unlockWriterLocked()
	s.mu.Unlock()
}

// next collects what is to be written. If there is nothing it gives the writer
// lock back before it lets go of the mutex, so that no sender takes it for held.
func (w *writer) next(room int) bool {
	s := w.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == dead {
		s.unlockWriterLocked()
		return false
	}
	w.iov = s.collectLocked(w.iov[:0], writeSlices, room)
	if len(w.iov) == 0 {
		s.unlockWriterLocked()
		return false
	}
	s.busy++
	return true
}

// collectLocked collects what is to be written next, for who holds the writer lock.
func (s *Socket) collectLocked(iov [][]byte, slices, room int) [][]byte {
	iov, skipped := s.q.collect(iov, slices, room)
	if s.q.trim {
		s.g.t.budget.check()
	}
	if skipped > 0 {
		s.g.stats.Skipped.Add(int64(skipped))
	}
	return iov
}

// wroteLocked accounts for n bytes of what was collected.
func (s *Socket) wroteLocked(n int) {
	s.out.Frames += int64(s.q.wrote(n, s.counters))
	s.out.Bytes += int64(n)
}

// wrote accounts for n bytes of what next collected, which ends the use of the
// descriptor.
func (w *writer) wrote(n int) {
	s := w.s
	clear(w.iov)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy--
	s.wroteLocked(n)
	s.closeUnusedLocked()
}

// stall leaves the rest of the queue to another writer, which the poller will
// start with the same lock when the kernel has room. False: the socket is dead.
func (w *writer) stall() (bool, error) {
	s := w.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == dead {
		return false, nil
	}
	s.stalled = true
	return true, s.g.t.poller.awaitRoom(int(s.fd))
}

// write writes while the kernel takes something. What to write is collected
// anew each time, since gates may be shut and the queue trimmed while it waits.
func (w *writer) write() error {
	for w.next(writeBytes) {
		n, err := sendAll(int(w.s.fd), w.iov)
		w.wrote(n)
		switch {
		case wouldBlock(err):
			if stalled, err := w.stall(); stalled {
				return err
			}
		case err != nil:
			return err
		}
	}
	return nil
}

// writeBlocking writes the queue to a connection that cannot be asked not to block.
func (w *writer) writeBlocking() error {
	for w.next(coalesceBytes) {
		p := w.iov[0]
		if len(w.iov) > 1 {
			w.buf = w.buf[:0]
			for _, b := range w.iov {
				w.buf = append(w.buf, b...)
			}
			p = w.buf
		}
		n, err := w.s.library.conn.Write(p)
		w.wrote(n)
		if err != nil {
			return err
		}
	}
	return nil
}
