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

// The replay of a member's cursors goes in rounds, which one goroutine makes:
//
//	p, cursors := Hold(cursors)      // from here on what comes by is held
//	…read what p covers and a cursor does not…
//	GiveUp(those that go too far back)
//	Replay(p, steps), as often as needed, in the order of ids
//	again := Release(p, cursors)     // if too much was held: once more
//
// Each of them waits until the shard has done it, and answers ctx's error or
// ErrStopped.

// Hold lets the shard hold what comes by for the cursors, and answers the
// position at which it began, with those of the cursors that are still to be
// resumed and what each of them covers.
func (m *Member) Hold(ctx context.Context, cursors []*Cursor) (p feed.Position, open []*Cursor, covers []feed.Position, err error) {
	err = m.await(ctx, func() {
		p = m.shard.at.Position()
		m.held = &held{}
		for _, c := range cursors {
			if c.state != waiting {
				continue
			}
			if m.shard.passedOver.misses(c.from) {
				c.giveUp(feed.GapPassedOver)
				continue
			}
			c.state = holding
			open, covers = append(open, c), append(covers, c.from)
		}
	})
	return p, open, covers, err
}

// covers notes what a cursor of the member covers.
func (m *Member) covers(p feed.Position) {
	if m.ahead != nil {
		p = p.Union(*m.ahead)
	}
	m.ahead = &p
}

// caughtUp says whether nothing is to be replayed to the member, and the shard
// has come to everything that its cursors covered when they were resumed.
func (m *Member) caughtUp() bool {
	if m.behind > 0 {
		return false
	}
	if m.ahead != nil && m.ahead.Within(m.shard.at.Position()) {
		m.ahead = nil
	}
	return m.ahead == nil
}

// GiveUp lets the cursors go on from now, and tells their clients of the gap.
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

// Replay sends the events to those of their cursors that do not cover them, by
// the rules of now. They belong to the hub from then on. Through is what Hold answered; the steps are ascending.
func (m *Member) Replay(ctx context.Context, through feed.Position, steps []Step) error {
	for i := range steps {
		m.shard.hub.suspended.mark(steps[i].Event)
	}
	return m.await(ctx, func() {
		for _, s := range steps {
			at := replayStep{id: s.ID, through: through}
			for _, c := range s.To {
				if c.state != holding || c.from.Covers(s.ID) {
					continue
				}
				c.step, m.shard.replaying = &at, s.ID
				c.replay(s.Event)
				c.step, m.shard.replaying = nil, 0
			}
		}
	})
}

// Release lets go what was held while everything up to through was replayed,
// and the cursors are live. If too much came by to be held, they are not: they
// cover what was replayed, and are answered for another round.
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
			c.from, c.ahead = c.from.Union(through), true
			if h.spilled {
				again = append(again, c)
			} else {
				m.covers(c.from)
				c.settle()
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

// await runs f in the shard and waits for it. A member that has left, or was
// sent away, has no cursors any more.
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

// refresh sends connected, with a cursor of now, into the channels that have
// had no event for long: their cursors would become too old to resume from.
// Clients may use that cursor for everything that they asked for before, so it
// has to cover what those cursors cover.
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
