package channel

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"notewire/protocol"
	"notewire/protocol/wire"
	"notewire/store"
	"notewire/store/feed"
	"notewire/store/visibility"
)

// mail is one thing in a shard's mailbox: a batch of events or a command.
type mail struct {
	events  []Placed
	command func()
}

// shard owns a part of the users. Except for the mailbox, its goroutine alone
// touches it.
type shard struct {
	hub    *Hub
	number int
	mail   chan mail

	people    people
	viewers   []*viewer // by slot; nil: free
	freeSlots []uint32
	anonymous *viewer // stands for all anonymous connections
	members   []*Member
	index     index
	frames    frames
	extension Extension
	joined    map[*Kind]int // live subscriptions

	changes changes // for who comes with what was loaded before

	idle  []idleViewer // in the order of their ends
	timer *time.Timer

	at *Place // of the event that is or was delivered
	// refreshed are the subscriptions with cursors whose clients want to hear of
	// connected; refreshAt is the event after which they are looked at.
	refreshed map[*subscription]struct{}
	refreshAt int64

	seq  uint64 // counts note events, so that no note is sent twice
	note *NoteEvent
	// block has candidates for note that are still to be offered it, and chosen
	// those that take it and are still to be sent it.
	block      []*subscription
	chosen     []choice
	considerFn func(*subscription)
	touched    uint64 // see touch

	// gathering: frames wait for the next flush. gathered are the members that
	// have some, held is how many frames, since is over how many events.
	gathering   bool
	gathered    []*Member
	held, since int

	full       uint64 // connects ignored because the connection had enough
	unsendable uint64 // forms that could not be made, once per recipient
}

func newShard(h *Hub, n int) *shard {
	s := &shard{
		hub:    h,
		number: n,
		mail:   make(chan mail, h.cfg.Mailbox),
		people: newPeople(),
		index:  newIndex(),
		frames: newFrames(),
		joined: make(map[*Kind]int, len(kinds)),
		at:     PlaceAt(feed.Position{}),

		refreshed: map[*subscription]struct{}{},
	}
	s.anonymous = &viewer{shard: s}
	s.considerFn = s.consider
	if h.cfg.Extend != nil {
		s.extension = h.cfg.Extend(n)
	}
	return s
}

// post puts mail into the mailbox and waits for room if there is none.
func (s *shard) post(ctx context.Context, m mail) error {
	select {
	case <-s.hub.stopped: // a mailbox that nobody empties still has room
		return ErrStopped
	default:
	}
	select {
	case s.mail <- m:
		return nil
	case <-s.hub.stopped:
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

// do posts a command that has to be carried out unless the hub has stopped.
func (s *shard) do(command func()) {
	_ = s.post(context.Background(), mail{command: command})
}

func (s *shard) run(ctx context.Context) {
	s.timer = time.NewTimer(time.Hour)
	s.timer.Stop()
	defer s.timer.Stop()
	for {
		select {
		case m := <-s.mail:
			s.work(m)
		case <-s.timer.C:
			s.forgetIdle()
		case <-ctx.Done():
			return
		}
	}
}

// workMost is how many pieces of mail are worked through before the shard looks
// at anything else.
const workMost = 64

// work does what the mail says, and what else lies in the mailbox by now: what
// connections are sent by several events or commands goes out together. A
// single event is sent as it goes, so that the first to get it need not wait
// for the last.
func (s *shard) work(m mail) {
	s.gathering = len(m.events) > 1 || len(s.mail) > 0
	s.open(m)
	for range min(len(s.mail), workMost) {
		s.open(<-s.mail) // nobody else takes any
	}
	s.flush()
}

// open does what one piece of mail says.
func (s *shard) open(m mail) {
	if m.command != nil {
		m.command()
	}
	for _, e := range m.events {
		if e.At != nil {
			s.at = e.At
		}
		s.deliver(e.Event)
		if s.at.id >= s.refreshAt {
			s.refresh()
		}
		if s.since++; s.since >= gatherEvents {
			s.flush()
		}
	}
}

// deliver sends one event to whoever in this shard is to have it.
func (s *shard) deliver(e Prepared) {
	switch e := e.(type) {
	case *NoteEvent:
		s.deliverNote(e)
	case *TopicEvent:
		s.deliverTopic(e)
	case *NoteChangeEvent:
		if s.extension != nil {
			s.extension.NoteChanged(e)
		}
	case *RelationEvent:
		s.relate(e)
	case *BroadcastEvent:
		for _, m := range s.members {
			if !m.over {
				m.send(e.Frame, nil)
			}
		}
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
	s.seq++
	s.note = e
	s.candidates(e.Facts, s.considerFn)
	s.offerBlock()
	s.note = nil
	s.frames.end()
}

// blockSize is how many candidates are offered a note before those who take it
// are sent it. What sending to so many touches, in the kernel too, fits into a
// processor's own cache.
const blockSize = 32

// choice is a subscription that is to be sent the current note in a form.
type choice struct {
	sub  *subscription
	form protocol.Variant
}

// consider puts a candidate into the block, and works through it once it is
// full.
func (s *shard) consider(sub *subscription) {
	s.block = append(s.block, sub)
	if len(s.block) == blockSize {
		s.offerBlock()
	}
}

// offerBlock offers the current note to the candidates in the block, and sends
// it to those who take it. The rules come first for all of them, since between
// two writes to sockets nothing of the next recipient is left in the cache.
func (s *shard) offerBlock() {
	s.touch(s.block)
	for _, sub := range s.block {
		if form, ok := s.accepts(sub); ok {
			s.chosen = append(s.chosen, choice{sub, form})
		}
	}
	for _, c := range s.chosen {
		s.send(c.sub, store.EventNote, &s.note.body, c.form)
	}
	clear(s.block)
	clear(s.chosen)
	s.block, s.chosen = s.block[:0], s.chosen[:0]
}

// touch looks at what the rules and the sending will look at. Nobody looked at
// it since the last note, so it comes from memory; a processor waits for many
// such loads at a time if nothing that depends on them stands between, as here,
// and for one after the other in the rules.
func (s *shard) touch(subs []*subscription) {
	if len(subs) < 2 {
		return
	}
	sum := uint64(0)
	for _, sub := range subs {
		sum += sub.seen
	}
	for _, sub := range subs {
		sum += uint64(sub.member.at)
	}
	for _, sub := range subs {
		v := sub.member.viewer
		sum += uint64(v.num) + uint64(len(v.communities))
	}
	for _, sub := range subs {
		if g := sub.member.gatherer; g != nil {
			sum += g.Touch()
		}
	}
	s.touched = sum // or the loops could be left out
}

// offer sends the current note to the subscription if its filter takes it.
func (s *shard) offer(sub *subscription) {
	if form, ok := s.accepts(sub); ok {
		s.send(sub, store.EventNote, &s.note.body, form)
	}
}

// accepts says whether the subscription takes the current note, and in which
// form. It says so once for each note.
func (s *shard) accepts(sub *subscription) (form protocol.Variant, ok bool) {
	if sub.seen == s.seq || sub.filter.Note == nil {
		return form, false
	}
	if sub.cursor != nil && !sub.cursor.Wants() {
		return form, false
	}
	e := s.note
	v := sub.member.seenBy()
	if !sub.filter.Note(v, e.Facts) {
		return form, false
	}
	sub.seen = s.seq
	if e.Facts.Reply != nil || e.Facts.Renote != nil {
		form.Hidden = protocol.Mask(visibility.HiddenMask(v, e.Facts))
		if len(e.MyReactions) > 0 && v != nil && form.Hidden&protocol.HideRenote == 0 {
			form.MyReaction = e.MyReactions[v.ID()]
		}
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
		if l, ok := s.index.keyed[Interest{FromTopic, e.Topic}]; ok {
			s.tell(l.subs, e)
		}
	}
	s.frames.end()
}

// tell sends a topic event to the subscriptions that want it, and of a note
// in it only what the viewer may see.
func (s *shard) tell(subs []*subscription, e *TopicEvent) {
	for _, sub := range subs {
		if sub.cursor != nil && !sub.cursor.Wants() {
			continue
		}
		v := sub.member.seenBy()
		if sub.filter.Event != nil && !sub.filter.Event(v, e) {
			continue
		}
		var form protocol.Variant
		if f := e.Facts; f != nil {
			if !visibility.MaySee(v, &f.Audience) {
				continue
			}
			form.Hidden = protocol.Mask(visibility.HiddenMask(v, f))
			if form.Hidden&protocol.HideRenote != 0 && f.IsPureRenote() {
				continue
			}
		}
		s.send(sub, e.Type, &e.body, form)
	}
}

func (s *shard) send(sub *subscription, typ string, body *variants, form protocol.Variant) {
	f, err := s.frame(sub, typ, body, form)
	if err != nil {
		s.unsendable++
		// The neutral body must not stand in: it shows what is hidden.
		s.hub.cfg.Logger.Error("an event was not sent, since it could not be rewritten for its viewer",
			slog.String("type", typ), slog.Any("error", err))
		return
	}
	if sub.cursor != nil {
		sub.cursor.Put(f)
		return
	}
	sub.member.send(f, &sub.gate)
}

// frame answers the current event's frame for the subscription: a shared one,
// unless its cursor is its own.
func (s *shard) frame(sub *subscription, typ string, body *variants, form protocol.Variant) (*wire.Frame, error) {
	if sub.cursor == nil {
		return s.frames.of(sub.id, typ, body, form)
	}
	cursor, shared := sub.cursor.Stamp()
	if shared {
		return s.frames.withCursor(sub.id, typ, body, form, cursor)
	}
	payload, err := body.payload(form)
	if err != nil {
		return nil, err
	}
	return protocol.ChannelFrameWithCursor(sub.id.encoded, typ, payload, cursor), nil
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
			m.sink.Close(CloseRevoked, "token revoked")
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
		m.sink.Close(CloseGap, "events may have been missed")
		s.endAll(m)
	}
	for _, v := range s.viewers {
		if v != nil {
			s.forget(v)
		}
	}
}
