package channel

import (
	"slices"

	"notewire/protocol"
	"notewire/protocol/wire"
	"notewire/store/feed"
)

// connect joins the channel by the rules of docs/protocol.md, "Ids and shared
// channels". Everything that can be refused is refused before anything is
// changed.
//
// A cursor, if the client asked for one, is opened once the channel is joined
// and connected was sent; it is not opened if the connect is ignored.
func (s *shard) connect(m *Member, k *Kind, id protocol.EncodedID, f Filter, pong bool, cur *Cursor) {
	if m.gone() {
		return
	}
	var same *subscription
	for _, sub := range m.subs {
		if sub.kind != k {
			continue
		}
		if sub.id.id == id {
			same = sub
		} else if k.Shared {
			s.hub.refused[RefusedShared].Add(1)
			return
		}
	}
	if same == nil && len(m.subs) >= s.hub.cfg.MaxChannels {
		s.full++
		return
	}
	if pong {
		// Without a gate: who asked for an answer gets it, like Misskey's.
		m.answer(id, cur)
	}
	if same != nil {
		// The gate stays: what was sent before under the same id is still
		// wanted, and comes before connected.
		s.delist(same)
		same.filter = f
		s.enlist(same)
		s.setCursor(same, cur, pong)
		return
	}
	sub := &subscription{member: m, kind: k, id: s.frames.retain(m.protocol, id), filter: f}
	m.subs = append(m.subs, sub)
	s.joined[k]++
	s.enlist(sub)
	s.setCursor(sub, cur, pong)
}

// answer tells the client that it has subscribed. What a client resumes from stays
// its position until it has got more: it may lose the connection before that.
func (m *Member) answer(id protocol.EncodedID, cur *Cursor) {
	cursor := ""
	switch {
	case cur == nil:
	case cur.start.Given == "":
		cursor = m.shard.at.Cursor()
	default:
		cursor = cur.start.Given
	}
	if f := m.protocol.encoder.Joined(id, cursor); f != nil {
		m.send(f, nil)
	}
}

// setCursor gives the subscription its cursor, nil for none, and ends the one
// that it had.
func (s *shard) setCursor(sub *subscription, cur *Cursor, pong bool) {
	s.dropCursor(sub)
	if cur == nil {
		return
	}
	sub.cursor = cur
	if pong {
		s.refreshed[sub] = struct{}{}
	}
	cur.send = func(f *wire.Frame) { sub.member.send(f, &sub.gate) }
	cur.replay = func(e Prepared) { s.replayTo(sub, e) }
	cur.gap = func(reason feed.GapReason, cursor string) {
		if f := sub.member.protocol.encoder.Gap(sub.id.id, string(reason), cursor); f != nil {
			cur.send(f)
		}
	}
	cur.open()
}

// disconnect ends every channel of the member with that id.
func (s *shard) disconnect(m *Member, id protocol.EncodedID) {
	m.subs = slices.DeleteFunc(m.subs, func(sub *subscription) bool {
		if sub.id.id != id {
			return false
		}
		sub.gate.Shut()
		s.end(sub)
		return true
	})
}

// endAll ends every channel and every capture of the member.
// The gates stay open: a session that is revoked is still to read that its
// token was regenerated.
func (s *shard) endAll(m *Member) {
	for _, sub := range m.subs {
		s.end(sub)
	}
	m.subs, m.sentAway = nil, true
	if m.captures != nil {
		m.captures.End()
		m.captures = nil
	}
}

// end takes the subscription out of everything.
func (s *shard) end(sub *subscription) {
	s.delist(sub)
	s.frames.release(sub.id)
	s.joined[sub.kind]--
	s.dropCursor(sub)
}

// dropCursor ends the subscription's cursor, if it has one.
func (s *shard) dropCursor(sub *subscription) {
	if sub.cursor == nil {
		return
	}
	sub.cursor.End()
	sub.cursor = nil
	delete(s.refreshed, sub)
}
