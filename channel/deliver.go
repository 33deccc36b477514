package channel

import (
	"log/slog"
	"slices"

	"notewire/protocol"
	"notewire/protocol/wire"
	"notewire/store"
	"notewire/store/visibility"
)

// deliver sends one event to whoever in this shard is to have it.
func (s *shard) deliver(e Prepared) {
	switch e := e.(type) {
	case *NoteEvent:
		s.deliverNote(e)
	case *TopicEvent:
		s.deliverTopic(e)
	case *NoteChangeEvent:
		s.deliverChange(e)
	case *RelationEvent:
		s.relate(e)
	case *BroadcastEvent:
		s.broadcast(e)
	case *RevocationEvent:
		s.revoke(e)
	case *GapEvent:
		s.changes.rememberGap(e.number)
		s.startAnew()
	}
}

func (s *shard) deliverNote(e *NoteEvent) {
	if visibility.Withdrawn(e.note.facts) {
		return // nobody gets it, so nobody has to be asked
	}
	s.noteCount++
	s.note = e
	s.candidates(e.note.facts, newNotes, s.block.addFn)
	s.offerBlock()
	s.note = nil
	s.frames.end()
}

// offer sends the current note to the subscription if its filter takes it.
func (s *shard) offer(sub *subscription) {
	if v, ok := s.accepts(sub); ok {
		s.send(sub, s.note, v)
	}
}

// accepts says whether the subscription takes the current note, and in which
// variant. It says so once for each note.
func (s *shard) accepts(sub *subscription) (v protocol.Variant, ok bool) {
	if sub.lastNote == s.noteCount || sub.filter.Note == nil {
		return v, false
	}
	if sub.cursor != nil && !sub.cursor.Wants() {
		return v, false
	}
	n, viewer := &s.note.note, sub.member.seenBy()
	if !sub.filter.Note(viewer, n.facts) {
		return v, false
	}
	if v, ok = n.admitBy(byWords, viewer); ok {
		sub.lastNote = s.noteCount
	}
	return v, ok
}

func (s *shard) deliverTopic(e *TopicEvent) {
	switch {
	case e.UserID != "":
		if v := s.people.viewer(e.UserID); v != nil {
			s.tell(v.own.subs, e)
		}
	default:
		if l, ok := s.index.byStream[newNotes].keyed[Interest{FromTopic, e.Topic}]; ok {
			s.tell(l.subs, e)
		}
	}
	s.frames.end()
}

// tell sends an event on a topic to the subscriptions that want it.
func (s *shard) tell(subs []*subscription, e *TopicEvent) {
	for _, sub := range subs {
		if sub.cursor != nil && !sub.cursor.Wants() {
			continue
		}
		viewer := sub.member.seenBy()
		if sub.filter.Event != nil && !sub.filter.Event(viewer, e) {
			continue
		}
		if v, ok := e.admit(viewer); ok {
			s.send(sub, e, v)
		}
	}
}

// admit is the note's, for an event that may have none.
func (e *TopicEvent) admit(viewer visibility.Viewer) (v protocol.Variant, ok bool) {
	if e.note.facts == nil && e.note.causer == (visibility.Causer{}) {
		return v, true
	}
	return e.note.admit(viewer)
}

// send sends a subscription the event that is being delivered or replayed.
func (s *shard) send(sub *subscription, e framed, v protocol.Variant) {
	if id := sub.id; id.built && sub.cursor == nil && v.Plain() { // as for nearly everybody
		if id.plain != nil {
			sub.member.send(id.plain, &sub.gate)
		}
		return
	}
	s.sendTo(sub.member, sub.id, sub.cursor, &sub.gate, e, v)
}

// sendTo sends a member the current event's frame for a subscription id, through
// the cursor unless that is nil.
func (s *shard) sendTo(m *Member, id *subscriptionID, cursor *Cursor, gate *wire.Gate, e framed, v protocol.Variant) {
	f, err := s.frameFor(id, cursor, e, v)
	switch {
	case err != nil:
		s.notSent(err)
	case f == nil: // the protocol has no words for it
	case cursor != nil:
		cursor.put(f)
	default:
		m.send(f, gate)
	}
}

// frameFor answers the current event's frame for a subscription id: a shared one,
// unless the cursor is one that nobody else has.
func (s *shard) frameFor(id *subscriptionID, cursor *Cursor, e framed, v protocol.Variant) (*wire.Frame, error) {
	if cursor == nil {
		return s.frames.of(id, e, v)
	}
	text, shared := cursor.stamp()
	if shared {
		return s.frames.withCursor(id, e, v, text)
	}
	return e.frame(id.protocol, id.id, v, text)
}

// notSent notes that the event was not sent to one recipient, since its body could
// not be made. The neutral body must not stand in: it shows what is hidden.
func (s *shard) notSent(err error) {
	s.unsendable++
	s.hub.cfg.Logger.Error("an event was not sent, since it could not be rewritten for its viewer",
		slog.Int64("event", s.at.id), slog.Any("error", err))
}

// broadcast sends an event to every member.
func (s *shard) broadcast(e *BroadcastEvent) {
	for _, m := range s.members {
		if m.sentAway {
			continue
		}
		f, err := s.frames.of(&m.protocol.outside, e, protocol.Variant{})
		if err != nil {
			s.notSent(err)
			continue
		}
		if f != nil {
			m.send(f, nil)
		}
	}
	s.frames.end()
}

// relate changes the viewers that a relation event is about.
func (s *shard) relate(e *RelationEvent) {
	who := e.Change.Actor
	if e.Type == store.InternalBlock || e.Type == store.InternalUnblock {
		who = e.Change.Target
	}
	s.changes.remember(e.number, who)
	v := s.people.viewer(who)
	if v == nil {
		return
	}
	if v.loading != nil {
		v.loading.holdBack(e, s.hub.cfg.MaxHeldBack)
		return
	}
	v.apply(e.Type, e.Change)
}

// revoke asks the sessions that ended to be closed.
func (s *shard) revoke(e *RevocationEvent) {
	r := e.Revocation
	all := false
	switch e.Type {
	case store.InternalSuspended:
		if !r.Gone {
			return
		}
		all = true
	case store.InternalDeleted:
		all = true
	}
	v := s.people.viewer(r.UserID)
	if v == nil {
		return
	}
	for _, m := range v.members {
		if all || slices.Contains(r.TokenIDs, m.tokenID) {
			m.close(Revoked)
			s.endAll(m)
		}
	}
}

// startAnew closes every connection and forgets every viewer, since nobody
// can tell what they missed. Members stay until their owners let them leave,
// but nothing is sent to them any more.
func (s *shard) startAnew() {
	s.refreshAt, s.passedOver = 0, passedOver{} // the log may begin anew, too
	for _, m := range s.members {
		m.close(MissedEvents)
		s.endAll(m)
	}
	for _, v := range s.viewers {
		if v != nil {
			s.forget(v)
		}
	}
}
