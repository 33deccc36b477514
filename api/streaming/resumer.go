package streaming

import (
	"context"
	"sync"

	"notewire/channel"
	"notewire/store"
)

// resuming is a channel or a capture that is to be resumed.
type resuming struct {
	cursor *channel.Cursor
	note   store.NoteID // what is captured; empty: it is a channel
	weight int          // what its position takes: its ranges of ids, and one
}

// resumer replays to one connection what it missed. One goroutine at a time
// does it, in rounds, each for everything that was asked for until then and in
// the order in which it was asked for; it ends when there is nothing to do.
type resumer struct {
	session *session
	cancel  context.CancelFunc
	ctx     context.Context
	wg      sync.WaitGroup

	mu      sync.Mutex
	pending []resuming
	weight  int // of what is pending
	running bool
	room    chan struct{} // not nil while the reader waits: closed when it may go on
}

// resume replays to the cursor, if it has something to be replayed from its
// start. It waits while too much waits already. Only the goroutine that reads
// from the client calls it.
func (c *session) resume(start channel.Start, r resuming) {
	if r.cursor == nil || !start.Resumes() {
		return
	}
	r.weight = 1 + start.From.Holes()
	if c.resumer == nil {
		c.resumer = &resumer{session: c}
		c.resumer.ctx, c.resumer.cancel = context.WithCancel(c.server.ctx)
	}
	c.resumer.add(r)
}

func (r *resumer) add(q resuming) {
	r.mu.Lock()
	r.pending = append(r.pending, q)
	r.weight += q.weight
	if !r.running {
		r.running = true
		r.wg.Go(r.run)
	}
	var room chan struct{}
	if r.weight > maxReplayRanges {
		room = make(chan struct{})
		r.room = room
	}
	r.mu.Unlock()
	if room == nil {
		return
	}
	select { // the socket's end lets the rounds go on, and with them this
	case <-room:
	case <-r.ctx.Done():
	}
}

// stop ends what is under way and waits for it.
func (r *resumer) stop() {
	if r == nil {
		return
	}
	r.cancel()
	r.wg.Wait()
}

// take answers what the next round is for. Without it the goroutine ends.
func (r *resumer) take() []resuming {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, weight := 0, 0
	for ; n < len(r.pending) && (n == 0 || weight <= maxReplayRanges); n++ {
		weight += r.pending[n].weight
	}
	if n == 0 {
		r.running, r.pending = false, nil
		return nil
	}
	round := r.pending[:n:n]
	r.pending = r.pending[n:]
	r.weight -= weight
	if r.room != nil && r.weight <= maxReplayRanges {
		close(r.room)
		r.room = nil
	}
	return round
}
