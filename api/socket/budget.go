package socket

import "sync/atomic"

// queueBudget counts what waits in all queues together. It is safe for
// concurrent use and takes no lock, so it may be called under a socket's.
type queueBudget struct {
	limit int64
	bytes atomic.Int64 // shared frames count once
	// frames counts shared frames as often as they wait.
	frames atomic.Int64
	// exceeded has room for one token: it wakes the goroutine that closes the
	// fullest, so that a sender that passes the limit does not wait for it.
	exceeded chan struct{}
}

func newQueueBudget(limit int64) *queueBudget {
	return &queueBudget{limit: limit, exceeded: make(chan struct{}, 1)}
}

// retain counts an entry that a queue has taken in.
func (b *queueBudget) retain(e *entry) {
	b.frames.Add(1)
	if e.frame != nil && !e.frame.Retain() {
		return
	}
	b.bytes.Add(int64(e.size()))
	b.check()
}

// check wakes the goroutine that closes the fullest if the limit is passed.
func (b *queueBudget) check() {
	if !b.over() {
		return
	}
	select {
	case b.exceeded <- struct{}{}:
	default:
	}
}

// release takes back what retain counted.
func (b *queueBudget) release(e *entry) {
	b.frames.Add(-1)
	if e.frame != nil && !e.frame.Release() {
		return
	}
	b.bytes.Add(-int64(e.size()))
}

// over says whether the queues together hold more than they may.
func (b *queueBudget) over() bool { return b.bytes.Load() > b.limit }
