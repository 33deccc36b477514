package channel

import (
	"notewire/notecapture"
	"notewire/protocol"
	"notewire/protocol/wire"
	"notewire/store"
)

// Capture lets the member be told what happens to the note, as long as its viewer
// may see it. A second Capture of a note needs a second Uncapture.
func (m *Member) Capture(note store.NoteID) {
	m.shard.do(func() {
		if !m.gone() {
			m.captured().Sub(note)
		}
	})
}

// CaptureWithCursor is Capture for a client that asked for cursors: every frame of
// the capture carries one. If the start Resumes, the caller has to see to the
// replay, and nothing of the capture is sent before. A note that was captured with
// a cursor already keeps that one; the new one is never opened then.
func (m *Member) CaptureWithCursor(note store.NoteID, start Start) *Cursor {
	c := &Cursor{member: m, start: start}
	c.send = func(f *wire.Frame) { m.send(f, nil) }
	m.shard.do(func() {
		if m.gone() {
			return
		}
		set := m.captured()
		c.replay = func(e Prepared) {
			if change, ok := e.(*NoteChangeEvent); ok {
				m.shard.replayChange(set, c, change)
			}
		}
		if set.SubWithCursor(note, c) {
			c.open()
		}
	})
	return c
}

// Uncapture takes one Capture back. A note that is not captured is ignored.
func (m *Member) Uncapture(note store.NoteID) {
	m.shard.do(func() {
		if m.captures != nil {
			m.captures.Unsub(note)
		}
	})
}

// captured are the member's captures, which are made when they are first needed.
func (m *Member) captured() *notecapture.Set {
	if m.captures == nil {
		m.captures = m.shard.captures.NewSet(m.seenBy(), (*captor)(m))
	}
	return m.captures
}

// captor is a Member as the shard's registry of captures sees it.
type captor Member

// NoteChanged implements notecapture.Captor, for the shard's current change.
func (m *captor) NoteChanged(with notecapture.Cursor) {
	member, s := (*Member)(m), m.shard
	outside := &m.protocol.outside
	if outside.built && with == nil && s.change.Whole == nil { // as for nearly everybody
		if outside.plain != nil {
			member.send(outside.plain, nil)
		}
		return
	}
	v, ok := s.wholeNote(member, byID)
	if !ok {
		return
	}
	cursor, _ := with.(*Cursor)
	s.sendTo(member, outside, cursor, nil, s.change, v)
}

// wholeNote says in which variant the member gets the note that the current change
// carries; false: the note is not for it. Most protocols get none.
func (s *shard) wholeNote(m *Member, rule noteRule) (v protocol.Variant, ok bool) {
	if s.change.Whole == nil || !m.encoder.WholeNotes() {
		return v, true
	}
	return s.change.Whole.note.admitBy(rule, m.seenBy())
}

// deliverChange tells of a change: whoever captured the note, and the subscriptions
// that want changes.
func (s *shard) deliverChange(e *NoteChangeEvent) {
	s.change = e
	s.captures.Deliver(e.Type, e.Change)
	if s.index.wantChanges > 0 {
		s.noteCount++
		s.candidates(e.note.facts, noteChanges, s.offerChangeFn)
	}
	s.change = nil
	s.frames.end()
}

// offerChange tells a subscription of the current change if its filter takes it.
func (s *shard) offerChange(sub *subscription) {
	if sub.lastNote == s.noteCount || sub.filter.Changed == nil {
		return
	}
	if sub.cursor != nil && !sub.cursor.Wants() {
		return
	}
	e, viewer := s.change, sub.member.seenBy()
	if !sub.filter.Changed(viewer, e) {
		return
	}
	if _, ok := e.note.admit(viewer); !ok {
		return
	}
	sub.lastNote = s.noteCount
	if v, ok := s.wholeNote(sub.member, byWords); ok {
		s.send(sub, e, v)
	}
}

// replayChange offers a change to one capture, as if it came by.
func (s *shard) replayChange(set *notecapture.Set, c *Cursor, e *NoteChangeEvent) {
	s.change = e
	set.Replay(c, e.Type, e.Change)
	s.change = nil
	s.frames.end()
}
