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
	slots [wheelSlots]*Socket // heads of lists through socket.wheel
	hand  int                 // the slot that was pinged last
	count int
	// stopped: every socket that is added has to be reset.
	stopped bool
	// checkLag is how many turns after its ping a slot is looked at for pongs
	// that are missing, so that Limits.PongTimeout after a ping something looks.
	checkLag int
	tick     time.Duration
}

// wheelEntry is a socket's place in the wheel, guarded by wheel.mu.
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
	head := w.slots[w.hand]
	s.wheelEntry = wheelEntry{next: head, slot: w.hand}
	if head != nil {
		head.wheelEntry.prev = s
	}
	w.slots[w.hand] = s
	w.count++
	return !w.stopped
}

// stop answers every socket, and has those that are added from now on be reset.
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

// turn moves the hand on and appends the sockets that are to be pinged, and
// those whose pongs are to be looked for. Both lists are made under the lock
// and worked through without it.
func (w *wheel) turn(pings, checks []*Socket) (_, _ []*Socket) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hand = (w.hand + 1) % wheelSlots
	pings = w.appendSlot(pings, w.hand)
	checks = w.appendSlot(checks, (w.hand-w.checkLag+wheelSlots)%wheelSlots)
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
// will do, since this is looked at only now and then.
func (s *Socket) checkPong() {
	age := s.g.t.now() - s.lastPong.Load()
	if age+int64(s.g.t.wheel.tick) > int64(s.g.limits.PongTimeout) {
		s.abort(endedPing)
	}
}
