package channel

import "notewire/protocol"

// blockSize is how many candidates are offered a note before those who take it
// are sent it. What sending to so many touches, in the kernel too, fits into a
// processor's own cache.
const blockSize = 32

// noteBlock has candidates for the current note: those that are still to be
// offered it, and those that take it and are still to be sent it.
type noteBlock struct {
	waiting []*subscription
	chosen  []choice
	addFn   func(*subscription) // shard.consider, made once
	sum     uint64              // see shard.prefetch
}

// choice is a subscription that is to be sent the current note in a variant.
type choice struct {
	sub     *subscription
	variant protocol.Variant
}

// consider puts a candidate into the block, and works through it once it is
// full.
func (s *shard) consider(sub *subscription) {
	s.block.waiting = append(s.block.waiting, sub)
	if len(s.block.waiting) == blockSize {
		s.offerBlock()
	}
}

// offerBlock offers the current note to the candidates in the block, and sends
// it to those who take it. The rules come first for all of them, since between
// two writes to sockets nothing of the next recipient is left in the cache.
func (s *shard) offerBlock() {
	b := &s.block
	s.prefetch(b.waiting)
	for _, sub := range b.waiting {
		if v, ok := s.accepts(sub); ok {
			b.chosen = append(b.chosen, choice{sub, v})
		}
	}
	for _, c := range b.chosen {
		s.send(c.sub, s.note, c.variant)
	}
	clear(b.waiting)
	clear(b.chosen)
	b.waiting, b.chosen = b.waiting[:0], b.chosen[:0]
}

// prefetch looks at what the rules and the sending will look at, and does nothing
// else. Nobody looked at it since the last note, so it comes from memory; a
// processor waits for many such loads at a time if nothing that depends on them
// stands between, as here, and for one after the other in the rules.
func (s *shard) prefetch(subs []*subscription) {
	if len(subs) < 2 {
		return
	}
	sum := uint64(0)
	for _, sub := range subs {
		sum += sub.lastNote
	}
	for _, sub := range subs {
		sum += uint64(sub.member.at)
	}
	for _, sub := range subs {
		v := sub.member.viewer
		sum += uint64(v.num) + uint64(len(v.communities))
	}
	s.inSink = true
	for _, sub := range subs {
		if g := sub.member.gatherer; g != nil {
			sum += g.Prefetch()
		}
	}
	s.inSink = false
	s.block.sum = sum // or the compiler might leave the loops out
}
