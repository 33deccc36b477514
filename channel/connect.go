package channel

import (
	"slices"

	"notewire/protocol"
)

// connect joins the channel by the rules of protocol.md, "Ids and shared
// channels". Everything that can be refused is refused before anything is
// changed.
func (s *shard) connect(m *Member, k *Kind, id protocol.EncodedID, f Filter, pong bool) {
	if m.gone() {
		return
	}
	var same *subscription
	for _, sub := range m.subs {
		if sub.kind != k {
			continue
		}
		if sub.id.encoded == id {
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
		m.sink.Send(protocol.ConnectedFrame(id), nil)
	}
	if same != nil {
		// The gate stays: what was sent before under the same id is still
		// wanted, and comes before connected.
		s.delist(same)
		same.filter = f
		s.enlist(same)
		return
	}
	sub := &subscription{member: m, kind: k, id: s.frames.retain(id), filter: f}
	m.subs = append(m.subs, sub)
	s.joined[k]++
	s.enlist(sub)
}

// disconnect ends every channel of the member with that id.
func (s *shard) disconnect(m *Member, id protocol.EncodedID) {
	m.subs = slices.DeleteFunc(m.subs, func(sub *subscription) bool {
		if sub.id.encoded != id {
			return false
		}
		sub.gate.Shut()
		s.end(sub)
		return true
	})
}

// endAll ends every channel of the member and what the extension has of it.
// The gates stay open: a session that is revoked is still to read that its
// token was regenerated.
func (s *shard) endAll(m *Member) {
	for _, sub := range m.subs {
		s.end(sub)
	}
	m.subs, m.over = nil, true
	if m.attachment != nil && s.extension != nil {
		s.extension.Left(m.attachment)
	}
	m.attachment = nil
}

// end takes the subscription out of everything.
func (s *shard) end(sub *subscription) {
	s.delist(sub)
	s.frames.release(sub.id)
	s.joined[sub.kind]--
}
