package streaming

import "sync"

// How much one system call is given at most.
const (
	drainSlices = 64
	drainBytes  = 256 << 10
	// coalesceBytes is what is put together where each write has a cost of its
	// own, as a TLS record has.
	coalesceBytes = 16 << 10
)

// drainer is what a draining goroutine needs, kept in a pool between drains.
type drainer struct {
	s   *socket
	iov [][]byte
	buf []byte
}

var drainers = sync.Pool{New: func() any { return &drainer{iov: make([][]byte, 0, drainSlices)} }}

// drain writes the queue out and ends when it is empty, or when the kernel has
// no room for more: then it keeps the writer's place, and is started again when
// the poller tells of room. Its caller hands it the place.
func (s *socket) drain() {
	d, _ := drainers.Get().(*drainer)
	d.s = s
	var err error
	if s.conn != nil {
		err = d.writeBlocking()
	} else {
		err = d.write()
	}
	d.s = nil
	drainers.Put(d)
	if err == nil {
		return // the step that found the queue empty gave the place back
	}
	s.abort(endedGone)
	s.mu.Lock()
	s.leaveLocked()
	s.mu.Unlock()
}

// next collects what is to be written. If there is nothing it gives the place
// back under the same lock, so that no sender can believe it still taken.
func (d *drainer) next(room int) bool {
	s := d.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == dead {
		s.leaveLocked()
		return false
	}
	d.iov = s.collectLocked(d.iov[:0], drainSlices, room)
	if len(d.iov) == 0 {
		s.leaveLocked()
		return false
	}
	s.busy++
	return true
}

// collectLocked collects what is to be written next, for who has the place.
func (s *socket) collectLocked(iov [][]byte, slices, room int) [][]byte {
	iov, skipped := s.q.collect(iov, slices, room)
	if s.q.trim {
		s.t.budget.check()
	}
	if skipped > 0 {
		s.t.stats.Skipped.Add(int64(skipped))
	}
	return iov
}

// wroteLocked accounts for n bytes of what was collected.
func (s *socket) wroteLocked(n int) {
	s.out.frames += int64(s.q.wrote(n, s.tally))
	s.out.bytes += int64(n)
}

// wrote accounts for n bytes of what next collected, which ends the use of the
// descriptor. full says that the kernel has no room; then it answers whether the
// poller will start another drain with the same place.
func (d *drainer) wrote(n int, full bool) (stalled bool, err error) {
	s := d.s
	clear(d.iov)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy--
	s.wroteLocked(n)
	s.letGoLocked()
	if !full || s.state == dead {
		return false, nil
	}
	s.stalled = true
	return true, s.t.poller.room(int(s.fd))
}

// write writes while the kernel takes something. What to write is collected
// anew each time, since gates may be shut and the queue trimmed while it waits.
func (d *drainer) write() error {
	for d.next(drainBytes) {
		n, err := sendAll(int(d.s.fd), d.iov)
		full := wouldBlock(err)
		if stalled, failed := d.wrote(n, full); stalled {
			return failed
		}
		if err != nil && !full {
			return err
		}
	}
	return nil
}

// writeBlocking drains into a connection that cannot be asked not to block.
func (d *drainer) writeBlocking() error {
	for d.next(coalesceBytes) {
		p := d.iov[0]
		if len(d.iov) > 1 {
			d.buf = d.buf[:0]
			for _, b := range d.iov {
				d.buf = append(d.buf, b...)
			}
			p = d.buf
		}
		n, err := d.s.conn.Write(p)
		_, _ = d.wrote(n, false)
		if err != nil {
			return err
		}
	}
	return nil
}
