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
	weight int          // what its position takes: one, and one for each range of skipped ids
}

// resumer replays to one connection what it missed. One goroutine does it, in rounds.
// A round is for everything that was asked for until it began, in that order. The
// goroutine ends when there is nothing more to do, and another begins when there is.
type resumer struct {
	session *session
	cancel  context.CancelFunc
	ctx     context.Context
	wg      sync.WaitGroup

	mu      sync.Mutex
	pending []resuming
	weight  int           // of all that is pending
	running bool          // the goroutine has not ended
	room    chan struct{} // closed when less is pending; nil: nobody waits for it
}

// resume lets events be replayed to the cursor if its client gave a position. While
// too much is pending, resume waits, and so nothing more is read from the client. It is
// called by the goroutine that reads from the client and by no other.
func (c *session) resume(start channel.Start, r resuming) {
	if r.cursor == nil || !start.Resumes() {
		return
	}
	r.weight = 1 + start.From.Holes()
	if c.resumer == nil {
		c.resumer = &resumer{session: c}
		c.resumer.ctx, c.resumer.cancel = context.WithCancel(c.server.ctx)
	}
	c.resumer.enqueue(r)
}

func (r *resumer) enqueue(q resuming) {
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
	select { // ctx ends with the socket
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

// nextRound answers what the next round is for; nil: the goroutine has to end.
func (r *resumer) nextRound() []resuming {
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
