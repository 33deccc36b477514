package channel

import (
	"context"

	"notewire/store/feed"
)

// Step is an event of the log, and the cursors that it may be news for.
type Step struct {
	Event Prepared
	ID    int64
	To    []*Cursor
}

// A member's cursors are resumed in rounds, by one goroutine at a time:
//
//	p, cursors, seen := Hold(cursors)  // from now on frames of new events are held
//	…read from the log what p covers and a client has not seen…
//	GiveUp(the cursors that go too far back)
//	Replay(p, steps)                   // as often as needed, in the order of ids
//	again := Release(p, cursors)       // too many frames were held: another round
//
// Each of them waits until the shard has done it. The error is ErrLeft or ErrStopped,
// or ctx's if the shard has not come to it.

// Hold lets the shard hold the frames of new events for the cursors. It answers the
// position at which that began, and which of the cursors are to be resumed, with what
// the client of each has seen.
func (m *Member) Hold(ctx context.Context, cursors []*Cursor) (p feed.Position, open []*Cursor, seen []feed.Position, err error) {
	err = m.await(ctx, func() {
		p = m.shard.at.Position()
		m.held = &heldFrames{}
		for _, c := range cursors {
			if c.state != waiting {
				continue
			}
			if m.shard.passedOver.misses(c.seen) {
				c.giveUp(feed.GapPassedOver)
				continue
			}
			c.state = holding
			open, seen = append(open, c), append(seen, c.seen)
		}
	})
	return p, open, seen, err
}

// noteSeen notes what the client of one of the member's cursors has seen.
func (m *Member) noteSeen(p feed.Position) {
	if m.seenAhead != nil {
		p = p.Union(*m.seenAhead)
	}
	m.seenAhead = &p
}

// caughtUp says whether nothing is to be replayed to the member, and the shard has
// come to everything that the clients of its cursors had seen.
func (m *Member) caughtUp() bool {
	if m.toReplay > 0 {
		return false
	}
	if m.seenAhead != nil && m.seenAhead.Within(m.shard.at.Position()) {
		m.seenAhead = nil
	}
	return m.seenAhead == nil
}

// GiveUp lets cursors go on from now, and tells their clients of the gap.
func (m *Member) GiveUp(ctx context.Context, reason feed.GapReason, cursors []*Cursor) error {
	return m.await(ctx, func() {
		for _, c := range cursors {
			if c.state == holding {
				m.held.drop(c) // it lies before the gap's position
				c.giveUp(reason)
			}
		}
	})
}

// Replay sends events to those of their cursors whose clients have not seen them, by
// the rules of now. through is what Hold answered, and the steps are in the order of
// ids. The events belong to the hub afterwards.
func (m *Member) Replay(ctx context.Context, through feed.Position, steps []Step) error {
	for i := range steps {
		m.shard.hub.suspended.mark(steps[i].Event)
	}
	return m.await(ctx, func() {
		for _, s := range steps {
			at := replayStep{id: s.ID, through: through}
			for _, c := range s.To {
				if c.state != holding || c.seen.Covers(s.ID) {
					continue
				}
				c.step, m.shard.replaying = &at, s.ID
				c.replay(s.Event)
				c.step, m.shard.replaying = nil, 0
			}
		}
	})
}

// Release ends a round in which everything that through covers was replayed: what was
// held is sent, and the cursors are live. If too many frames came to be held, the
// cursors are answered for another round, and what was held is read from the log then.
func (m *Member) Release(ctx context.Context, through feed.Position, cursors []*Cursor) (again []*Cursor, err error) {
	err = m.await(ctx, func() {
		h := m.held
		m.held = nil
		next := live
		if h.spilled {
			next = waiting
		}
		for _, c := range cursors {
			if c.state != holding {
				continue
			}
			c.seen, c.seenAhead = c.seen.Union(through), true
			if h.spilled {
				again = append(again, c)
			} else {
				m.noteSeen(c.seen)
				c.endReplay()
			}
			c.state = next
		}
		for _, f := range h.frames {
			if f.cursor.state == live {
				f.cursor.send(f.frame)
			}
		}
	})
	return again, err
}

// await runs f in the shard and waits for it. It answers ErrLeft for a member that has
// left or was sent away, since it has no cursors any more.
func (m *Member) await(ctx context.Context, f func()) error {
	done := make(chan bool, 1)
	err := m.shard.post(ctx, mail{command: func() {
		ok := false
		defer func() { done <- ok }()
		if !m.gone() {
			f()
			ok = true
		}
	}})
	if err != nil {
		return err
	}
	select {
	case ok := <-done:
		if !ok {
			return ErrLeft
		}
		return nil
	case <-m.shard.hub.stopped:
		return ErrStopped
	}
}

// replayTo offers an event of the log to one subscription, as if it came by.
func (s *shard) replayTo(sub *subscription, e Prepared) {
	switch e := e.(type) {
	case *NoteEvent:
		if !s.matches(sub, e.note.facts) {
			return
		}
		s.noteCount++
		s.note = e
		s.offer(sub)
		s.note = nil
	case *NoteChangeEvent:
		if sub.filter.Changed == nil || !s.matches(sub, e.note.facts) {
			return
		}
		s.noteCount++
		s.change = e
		s.offerChange(sub)
		s.change = nil
	case *TopicEvent:
		if s.hears(sub, e) {
			s.tell([]*subscription{sub}, e)
		}
	}
}

// refresh answers the subscriptions once more that have had no event for long, with a
// cursor of now: the cursors that their clients have would become too old to resume
// from. Clients may use the new cursor for everything that they subscribed to before,
// so they have to have seen everything that it covers.
func (s *shard) refresh() {
	every := int64(s.hub.cfg.RefreshEvery)
	s.refreshAt = s.at.id + every
	for sub := range s.refreshed {
		c := sub.cursor
		if c.state != live || s.at.id-c.sent < every || !c.member.caughtUp() {
			continue
		}
		text, shared := c.stamp()
		if !shared {
			continue
		}
		if f := sub.member.protocol.encoder.Joined(sub.id.id, text); f != nil {
			c.send(f)
			c.sent = s.at.id
		}
	}
}
