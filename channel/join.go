package channel

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"notewire/protocol"
	"notewire/store"
)

// errLeaderLeft says that whoever loaded the viewer left before the load was done.
// The others who wait for the viewer then load it themselves.
var errLeaderLeft = errors.New("whoever loaded the viewer has left")

// loading is the state of a viewer that is being loaded. The shard's goroutine
// alone touches it until done is closed; then it does not change.
type loading struct {
	done     chan struct{} // closed when the load has ended
	err      error         // why the load failed
	retry    bool          // the load did not fail, but its result must not be used: load again
	heldBack []*RelationEvent
	overflow bool // more changes came than are held back
}

// holdBack keeps a relation change until the viewer is loaded.
func (l *loading) holdBack(e *RelationEvent, most int) {
	if len(l.heldBack) >= most {
		l.overflow, l.heldBack = true, nil
	}
	if !l.overflow {
		l.heldBack = append(l.heldBack, e)
	}
}

// Connection is what a gateway tells the hub of a client that has come.
type Connection struct {
	// Access is what the client's token opens. Without a user it is anonymous.
	Access store.Access
	// Sink is where frames go. Required.
	Sink Sink
	// Encoder builds the frames. Default: Misskey's, protocol.Encoder.
	Encoder Encoder
	// Preloaded are the user's relations, if they were loaded already. They are
	// used where the viewer would have to be loaded, unless something about the
	// user has changed since.
	Preloaded Preloaded
}

// Join brings a connection to the shard of its user, and loads the viewer if
// nobody of that user is online. It answers when the viewer is loaded, so that
// channels can be joined at once; nothing is sent before that. The error is ctx's,
// ErrStopped, ErrOverflow, or the loader's.
//
// Everything that is sent to the member goes to the sink until Member.Leave, which
// the caller owes.
func (h *Hub) Join(ctx context.Context, c Connection) (*Member, error) {
	who := c.Access
	m := &Member{sink: c.Sink, encoder: c.Encoder, tokenID: who.TokenID, native: who.Native, permissions: who.Permissions}
	if m.encoder == nil {
		m.encoder = protocol.Encoder{}
	}
	if !reflect.TypeOf(m.encoder).Comparable() {
		return nil, fmt.Errorf("join: an encoder of type %T cannot be compared", m.encoder)
	}
	m.gatherer, _ = c.Sink.(Gatherer)
	if m.encoder.WholeNotes() {
		h.whole.Add(1) // before anything can be captured
	}
	if err := h.join(ctx, m, who.UserID, c.Preloaded); err != nil {
		m.forgetWholeNotes()
		return nil, fmt.Errorf("join: %w", err)
	}
	return m, nil
}

// join seats the member beside its viewer.
func (h *Hub) join(ctx context.Context, m *Member, id store.UserID, early Preloaded) error {
	if id == "" {
		m.native = true
		m.shard = h.anyShard()
		m.viewer = m.shard.anonymous
		return m.shard.post(ctx, mail{command: func() { m.shard.seat(m) }})
	}
	m.shard = h.shardOf(id)
	for {
		a, err := m.shard.receive(ctx, id, m, early)
		if err != nil {
			return err
		}
		switch {
		case a.failed:
			return ErrFailed
		case a.seated:
			return nil
		case a.lead:
			if err := h.load(ctx, m.shard, a, m); err != nil {
				return err
			}
		default:
			select {
			case <-a.wait.done:
			case <-ctx.Done():
				return fmt.Errorf("wait for the viewer: %w", ctx.Err())
			case <-h.stopped:
				return ErrStopped
			}
		}
		switch {
		case a.wait.err != nil:
			return a.wait.err
		case a.lead && !a.wait.retry:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		}
	}
}

// admission is what a shard answers to somebody who wants to join.
type admission struct {
	failed bool     // the shard panicked
	seated bool     // the viewer was there, and the member is in the shard
	lead   bool     // the caller has to load the viewer, and others wait for it
	viewer *viewer  // the viewer that is to be loaded
	wait   *loading // the load to wait for
}

// receive seats the member if its viewer is loaded, or can be made of what was
// loaded early, and otherwise says who has to load it.
func (s *shard) receive(ctx context.Context, id store.UserID, m *Member, early Preloaded) (admission, error) {
	answer := make(chan admission, 1)
	err := s.post(ctx, mail{command: func() {
		if ctx.Err() != nil { // nobody waits for the answer any more
			return
		}
		a := admission{failed: true}
		defer func() { answer <- a }()
		v := s.people.viewer(id)
		switch {
		case v == nil:
			v = s.register(id)
			if early.Relations != nil && !s.changes.mayHaveSeen(early.Since, id) {
				s.publish(v, early.Relations, nil, m)
				a = admission{seated: true}
				return
			}
			a = admission{lead: true, viewer: v, wait: v.loading}
		case v.loading != nil:
			a = admission{viewer: v, wait: v.loading}
		default:
			m.viewer = v
			s.seat(m)
			a = admission{seated: true}
		}
	}})
	if err != nil {
		return admission{}, err
	}
	// Not ctx: an answer that nobody takes would leave a member seated, or a
	// viewer registered that nobody loads. The shard answers unless ctx had
	// ended when it came to it.
	select {
	case a := <-answer:
		return a, nil
	case <-s.hub.stopped:
		return admission{}, ErrStopped
	case <-ctx.Done():
	}
	if err := s.afterwards(); err != nil {
		return admission{}, err
	}
	select {
	case a := <-answer:
		return a, nil
	default:
		return admission{}, ctx.Err()
	}
}

// afterwards waits until the shard has done everything that was posted before.
func (s *shard) afterwards() error {
	done := make(chan struct{})
	s.do(func() { close(done) })
	select {
	case <-done:
		return nil
	case <-s.hub.stopped:
		return ErrStopped
	}
}

// load loads the viewer in the caller's goroutine, publishes it, and seats the
// member. The outcome is in the admission's loading.
func (h *Hub) load(ctx context.Context, s *shard, a admission, m *Member) error {
	relations, err := h.cfg.Loader.RelationLists(ctx, a.viewer.id)
	if err == nil && relations == nil {
		err = errors.New("the loader answered nothing")
	}
	if err != nil && ctx.Err() != nil {
		err = errLeaderLeft
	}
	s.do(func() { s.publish(a.viewer, relations, err, m) })
	select {
	case <-a.wait.done:
		return nil
	case <-h.stopped:
		return ErrStopped
	}
}

// register makes a viewer whose changes are kept back until it is published.
func (s *shard) register(id store.UserID) *viewer {
	v := &viewer{shard: s, id: id, loading: &loading{done: make(chan struct{})}}
	v.num = s.people.retain(id)
	s.people.list[v.num].viewer = v
	if last := len(s.freeSlots) - 1; last >= 0 {
		v.slot, s.freeSlots = s.freeSlots[last], s.freeSlots[:last]
		s.viewers[v.slot] = v
	} else {
		v.slot = uint32(len(s.viewers))
		s.viewers = append(s.viewers, v)
	}
	return v
}

// publish ends the load, with the relations or with the error of the load. After
// errLeaderLeft, and after a gap that came in between, those who wait load again.
func (s *shard) publish(v *viewer, r *store.RelationLists, err error, m *Member) {
	l := v.loading
	l.err = ErrFailed // if this panics
	defer close(l.done)
	switch {
	case v.gone: // the shard began anew in between, and what was loaded may be too old
		l.err, l.retry = nil, true
		return
	case errors.Is(err, errLeaderLeft):
		l.err, l.retry = nil, true
		s.forget(v)
		return
	case err != nil:
		l.err = fmt.Errorf("load the viewer: %w", err)
		s.forget(v)
		return
	case l.overflow:
		l.err = ErrOverflow
		s.forget(v)
		return
	}
	v.fill(r)
	v.loading = nil
	for _, e := range l.heldBack {
		v.apply(e.Type, e.Change)
	}
	l.heldBack = nil
	s.hub.online.set(v.id, true)
	m.viewer = v
	s.seat(m)
	l.err = nil
}

// seat makes the member one of the shard's.
func (s *shard) seat(m *Member) {
	m.at = len(s.members)
	s.members = append(s.members, m)
	m.protocol = s.frames.join(m.encoder)
	if v := m.viewer; v != s.anonymous {
		v.idle++
		v.members = append(v.members, m)
	}
}

// unseat takes the member out again; its viewer stays for a while.
func (s *shard) unseat(m *Member) {
	last := len(s.members) - 1
	moved := s.members[last]
	s.members[m.at], s.members[last] = moved, nil
	moved.at = m.at
	s.members = s.members[:last]
	s.frames.leave(m.protocol)
	v := m.viewer
	if v == s.anonymous {
		return
	}
	for i, other := range v.members {
		if other == m {
			n := len(v.members) - 1
			v.members[i], v.members[n] = v.members[n], nil
			v.members = v.members[:n]
			break
		}
	}
	if len(v.members) == 0 {
		s.linger(v)
	}
}

// idleViewer is a viewer without members, to be forgotten at the end unless
// somebody came back: then its count differs.
type idleViewer struct {
	viewer *viewer
	count  uint64
	end    time.Time
}

func (s *shard) linger(v *viewer) {
	v.idle++
	s.idle = append(s.idle, idleViewer{v, v.idle, time.Now().Add(s.hub.cfg.Linger)})
	if len(s.idle) == 1 {
		s.timer.Reset(s.hub.cfg.Linger)
	}
}

// forgetIdle forgets the viewers whose time has come.
func (s *shard) forgetIdle() {
	now := time.Now()
	n := 0
	for ; n < len(s.idle) && !s.idle[n].end.After(now); n++ {
		i := s.idle[n]
		if i.viewer.idle == i.count && !i.viewer.gone {
			s.forget(i.viewer)
		}
	}
	s.idle = append(s.idle[:0], s.idle[n:]...)
	clear(s.idle[len(s.idle):cap(s.idle)])
	if len(s.idle) > 0 {
		s.timer.Reset(s.idle[0].end.Sub(now))
	} else {
		s.idle = nil
	}
}

// forget gives back everything that the viewer takes.
func (s *shard) forget(v *viewer) {
	v.gone = true
	v.empty()
	s.viewers[v.slot] = nil
	s.freeSlots = append(s.freeSlots, v.slot)
	s.people.list[v.num].viewer = nil
	s.people.release(v.num)
	s.hub.online.set(v.id, false)
}
