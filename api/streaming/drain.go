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
	s    *socket
	iov  [][]byte
	buf  []byte
	err  error
	step func(fd uintptr) bool // drainer.write, made once
}

var drainers = sync.Pool{New: func() any {
	d := &drainer{iov: make([][]byte, 0, drainSlices)}
	d.step = d.write
	return d
}}

// drain writes the queue out and ends when it is empty. Its caller hands it the
// writer's place.
func (s *socket) drain() {
	d, _ := drainers.Get().(*drainer)
	d.s, d.err = s, nil
	var err error
	if s.raw != nil {
		if err = s.raw.Write(d.step); err == nil {
			err = d.err
		}
	} else {
		err = d.writeBlocking()
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
	if s.dead {
		s.leaveLocked()
		return false
	}
	iov, skipped := s.q.collect(d.iov[:0], drainSlices, room)
	d.iov = iov
	if s.q.trim {
		s.t.budget.check()
	}
	if skipped > 0 {
		s.t.stats.Skipped.Add(int64(skipped))
	}
	if len(iov) == 0 {
		s.leaveLocked()
		return false
	}
	return true
}

// wrote accounts for n bytes of what next collected.
func (d *drainer) wrote(n int) {
	s := d.s
	s.mu.Lock()
	s.out.frames += int64(s.q.wrote(n, s.tally))
	s.out.bytes += int64(n)
	s.mu.Unlock()
	clear(d.iov)
}

// write is the callback for the raw connection: it writes while the kernel
// takes something and returns false to be called again when it does. What to
// write is collected anew each time, since gates may be shut and the queue
// trimmed while it waits.
func (d *drainer) write(fd uintptr) bool {
	for d.next(drainBytes) {
		n, err := writev(fd, d.iov)
		d.wrote(n)
		switch {
		case err == nil:
		case wouldBlock(err):
			return false
		default:
			d.err = err
			return true
		}
	}
	return true
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
		d.wrote(n)
		if err != nil {
			return err
		}
	}
	return nil
}
