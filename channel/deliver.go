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
		s.changes.noteGap(e.number)
		s.startAnew()
	}
}

func (s *shard) deliverNote(e *NoteEvent) {
	if visibility.Withdrawn(e.Facts) {
		return // nobody's filter takes it, so nobody has to be asked
	}
	s.noteCount++
	s.note = e
	s.candidates(e.Facts, newNotes, s.block.addFn)
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
	if sub.seen == s.noteCount || sub.filter.Note == nil {
		return v, false
	}
	if sub.cursor != nil && !sub.cursor.Wants() {
		return v, false
	}
	e := s.note
	viewer := sub.member.seenBy()
	if !sub.filter.Note(viewer, e.Facts) {
		return v, false
	}
	sub.seen = s.noteCount
	if e.Facts.Reply == nil && e.Facts.Renote == nil {
		return v, true
	}
	return s.admit(viewer, e.Facts, e.MyReactions)
}

// admit says whether the viewer may get a note with these facts, and in which
// variant: what they may not see of it is hidden, and a pure renote of a note that
// is hidden is not sent at all.
func (s *shard) admit(v visibility.Viewer, f *store.NoteFacts, mine map[store.UserID]string) (form protocol.Variant, ok bool) {
	if !visibility.MaySee(v, &f.Audience) {
		return form, false
	}
	form.Hidden = visibility.HiddenEmbedded(v, f)
	if form.Hidden&store.HideRenote != 0 {
		return form, !f.IsPureRenote()
	}
	if len(mine) > 0 && v != nil {
		form.MyReaction = mine[v.ID()]
	}
	return form, true
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

// tell sends a topic event to the subscriptions that want it, and of a note
// in it only what the viewer may see.
//
// On main it counts who caused the event; on other topics, whose words are shown.
func (s *shard) tell(subs []*subscription, e *TopicEvent) {
	if e.UserID == "" && e.Facts != nil && visibility.Withdrawn(e.Facts) {
		return
	}
	for _, sub := range subs {
		if sub.cursor != nil && !sub.cursor.Wants() {
			continue
		}
		v := sub.member.seenBy()
		if sub.filter.Event != nil && !sub.filter.Event(v, e) {
			continue
		}
		var form protocol.Variant
		if e.Facts != nil {
			var ok bool
			if form, ok = s.admit(v, e.Facts, nil); !ok {
				continue
			}
		}
		s.send(sub, e, form)
	}
}

// send sends a subscription the event that is being delivered or replayed.
func (s *shard) send(sub *subscription, e framed, v protocol.Variant) {
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
		if m.over {
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
	s.changes.note(e.number, who)
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
			m.sink.Close(Revoked)
			s.endAll(m)
		}
	}
}

// startAnew closes every connection and forgets every viewer, since nobody
// can tell what they missed. Members stay until their owners let them leave,
// but nothing is sent to them any more.
func (s *shard) startAnew() {
	s.refreshAt = 0 // the log may begin anew, too
	for _, m := range s.members {
		m.sink.Close(MissedEvents)
		s.endAll(m)
	}
	for _, v := range s.viewers {
		if v != nil {
			s.forget(v)
		}
	}
}
