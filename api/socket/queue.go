package socket

import (
	"sync"

	"notewire/protocol/wire"
)

// entry is one frame in a queue: a shared text frame with its gate, or a
// control frame of this connection.
type entry struct {
	frame   *wire.Frame
	gate    *wire.Gate
	control *control
}

// control is a ping, pong or close frame as it stands on the wire.
type control struct{ wire []byte }

// controlFrame is a control frame of at most 125 bytes of payload, which is
// copied.
func controlFrame(opcode byte, payload []byte) *control {
	return &control{wire: append([]byte{bitFin | opcode, byte(len(payload))}, payload...)}
}

func (e *entry) wire() []byte {
	if e.control != nil {
		return e.control.wire
	}
	return e.frame.Bytes()
}

func (e *entry) size() int { return len(e.wire()) }

// dropped says whether the entry was taken out of the queue where it stood.
func (e *entry) dropped() bool { return e.frame == nil && e.control == nil }

// queue is what waits for one connection. It is guarded by its socket's mutex.
// Only the holder of the writer lock takes entries from the head; anybody
// may append, and drop what the holder has not begun to write.
type queue struct {
	bytes    int     // of all entries
	frames   int     // likewise
	entries  []entry // in chunk, as long as they fit
	chunk    *queueChunks
	off      int  // bytes of entries[0] that are written
	inflight int  // entries at the head that a system call is writing just now
	trim     bool // the connection is too slow: no data frame is begun any more
	budget   *queueBudget
}

// queueChunk is how many entries the memory has room for that a queue borrows. A
// queue that is empty holds none.
const queueChunk = 16

type queueChunks [queueChunk]entry

var chunks = sync.Pool{New: func() any { return new(queueChunks) }}

// begin borrows memory for a queue that was empty.
func (q *queue) begin() {
	q.chunk, _ = chunks.Get().(*queueChunks)
	q.entries = q.chunk[:0]
}

// end gives the memory of a queue back that has become empty.
func (q *queue) end() {
	if q.chunk != nil {
		clear(q.chunk[:])
		chunks.Put(q.chunk)
	}
	q.chunk, q.entries = nil, nil
}

// fits says whether one more entry of n bytes stays within the limits.
func (q *queue) fits(n int, l *Limits) bool {
	return q.bytes+n <= l.QueueBytes && q.frames+1 <= l.QueueFrames
}

// charge counts an entry of n bytes; push or uncharge follows.
func (q *queue) charge(n int) {
	q.bytes += n
	q.frames++
}

// uncharge takes back what charge counted.
func (q *queue) uncharge(n int) {
	q.bytes -= n
	q.frames--
}

// push appends an entry that was charged.
func (q *queue) push(e entry) {
	q.budget.retain(&e)
	if q.entries == nil {
		q.begin()
	}
	q.entries = append(q.entries, e)
}

// pushStarted puts an entry that was charged at the head, off bytes of it
// being written already.
func (q *queue) pushStarted(e entry, off int) {
	q.budget.retain(&e)
	if q.entries == nil {
		q.begin()
	}
	q.entries = append(q.entries, entry{})
	copy(q.entries[1:], q.entries)
	q.entries[0] = e
	q.off = off
}

// drop takes out entry i, which must not be partly written or in flight.
func (q *queue) drop(i int) {
	e := &q.entries[i]
	if e.dropped() {
		return
	}
	q.uncharge(e.size())
	q.budget.release(e)
	*e = entry{}
}

// dropUnstarted drops every data frame of which nothing is written, and lets
// what is in flight just now be dropped as soon as it is known how much of it
// was written.
func (q *queue) dropUnstarted() (dropped int) {
	q.trim = true
	start := q.inflight
	if start == 0 && q.off > 0 {
		start = 1
	}
	for i := start; i < len(q.entries); i++ {
		if q.entries[i].frame != nil {
			q.drop(i)
			dropped++
		}
	}
	return dropped
}

// collect appends the bytes that are to be written next to iov: the rest of a
// partly written frame, then whole frames whose gate is open, up to room
// slices and about room bytes. They are in flight until wrote is called.
func (q *queue) collect(iov [][]byte, slices, room int) (_ [][]byte, skipped int) {
	for i := 0; i < len(q.entries) && len(iov) < slices; i++ {
		e := &q.entries[i]
		started := i == 0 && q.off > 0
		if !started && e.frame != nil && (q.trim || !e.gate.Open()) {
			q.drop(i)
			skipped++
		}
		if !e.dropped() {
			w := e.wire()
			if started {
				w = w[q.off:]
			}
			if len(iov) > 0 && len(w) > room {
				break
			}
			room -= len(w)
			iov = append(iov, w)
		}
		q.inflight = i + 1
	}
	if len(iov) == 0 {
		q.end() // nothing but dropped entries
		q.inflight = 0
	}
	return iov, skipped
}

// wrote takes n bytes off the queue that were in flight and are written now,
// counts them, and returns how many frames that completed.
func (q *queue) wrote(n int, c *counters) (frames int) {
	done := 0
	var kind outKind // of the frames and bytes that are not counted yet
	var runFrames, runBytes int
	add := func(k outKind, frames, bytes int) {
		if k != kind && runBytes > 0 {
			c.out[kind].add(runFrames, runBytes)
			runFrames, runBytes = 0, 0
		}
		kind, runFrames, runBytes = k, runFrames+frames, runBytes+bytes
	}
	for done < q.inflight {
		e := &q.entries[done]
		if !e.dropped() {
			rest := e.size() - q.off
			if n < rest {
				add(e.kind(), 0, n)
				q.off += n
				break
			}
			add(e.kind(), 1, rest)
			n -= rest
			q.off = 0
			frames++
			q.drop(done)
		}
		done++
	}
	if runBytes > 0 {
		c.out[kind].add(runFrames, runBytes)
	}
	q.inflight = 0
	q.entries = q.entries[done:]
	if len(q.entries) == 0 {
		q.end()
	}
	return frames
}

// clear drops everything that is not in flight.
func (q *queue) clear() {
	for i := q.inflight; i < len(q.entries); i++ {
		q.drop(i)
	}
	if q.inflight == 0 {
		q.end()
		q.off = 0
	}
}
