package socket

import (
	"sync"
	"time"
)

// wheelSlots is over how many groups the connections are spread, one of which
// is pinged at each turn.
const wheelSlots = 25

// wheel holds all served sockets in the order in which they are pinged: one
// ticker for all, in place of a goroutine or a timer for each. A socket joins
// the slot that was pinged last, so its first ping comes after one interval.
type wheel struct {
	mu    sync.Mutex
	slots [wheelSlots]*Socket // the heads of lists through Socket.wheelEntry
	last  int                 // the slot that was pinged last
	count int
	// stopped: every socket that is added has to be reset.
	stopped bool
	// checkLag is how many turns after its ping a slot is looked at for pongs
	// that are missing, so that Limits.PongTimeout after a ping something looks.
	checkLag int
	tick     time.Duration
}

// wheelEntry is where in the wheel a socket is; it is guarded by wheel.mu.
type wheelEntry struct {
	next, prev *Socket
	slot       int
}

func newWheel(l *Limits) *wheel {
	tick := l.PingInterval / wheelSlots
	return &wheel{tick: tick, checkLag: int(l.PongTimeout/tick) % wheelSlots}
}

// add takes the socket in, and says whether it may live.
func (w *wheel) add(s *Socket) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	head := w.slots[w.last]
	s.wheelEntry = wheelEntry{next: head, slot: w.last}
	if head != nil {
		head.wheelEntry.prev = s
	}
	w.slots[w.last] = s
	w.count++
	return !w.stopped
}

// stop answers every socket. add says of those that come later that they may not
// live.
func (w *wheel) stop() []*Socket {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	return w.allLocked()
}

// remove takes out a socket that was added.
func (w *wheel) remove(s *Socket) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := s.wheelEntry
	if p.prev != nil {
		p.prev.wheelEntry.next = p.next
	} else {
		w.slots[p.slot] = p.next
	}
	if p.next != nil {
		p.next.wheelEntry.prev = p.prev
	}
	s.wheelEntry = wheelEntry{}
	w.count--
}

// turn goes on to the next slot and appends the sockets that are to be pinged, and
// those whose pongs are to be looked for. Both lists are made under the lock
// and worked through without it.
func (w *wheel) turn(pings, checks []*Socket) (_, _ []*Socket) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = (w.last + 1) % wheelSlots
	pings = w.appendSlot(pings, w.last)
	checks = w.appendSlot(checks, (w.last-w.checkLag+wheelSlots)%wheelSlots)
	return pings, checks
}

// all answers every socket.
func (w *wheel) all() []*Socket {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.allLocked()
}

func (w *wheel) allLocked() (to []*Socket) {
	for slot := range w.slots {
		to = w.appendSlot(to, slot)
	}
	return to
}

func (w *wheel) appendSlot(to []*Socket, slot int) []*Socket {
	for s := w.slots[slot]; s != nil; s = s.wheelEntry.next {
		to = append(to, s)
	}
	return to
}

// pingFrame is the ping that every connection is sent: empty, as Misskey's.
var pingFrame = controlFrame(opPing, nil)

// ping sends a ping like any other frame.
func (s *Socket) ping() { s.put(entry{control: pingFrame}) }

// checkPong resets the connection if its last pong is too long ago. A tick less
// than the limit is enough, since the next look comes much later.
func (s *Socket) checkPong() {
	age := s.g.t.now() - s.lastPong.Load()
	if age+int64(s.g.t.wheel.tick) > int64(s.g.limits.PongTimeout) {
		s.abort(endedPing)
	}
}
