package channel

import (
	"context"
	"time"

	"notewire/notecapture"
	"notewire/store/feed"
)

// mail is one thing in a shard's mailbox: a batch of events or a command. A command
// that somebody waits for tells them even if it panics.
type mail struct {
	events  []LoggedEvent
	command func()
}

// shard owns a part of the users. Except for the mailbox, its goroutine alone
// touches it.
type shard struct {
	hub    *Hub
	number int
	mail   chan mail

	people    people
	viewers   []*viewer // by slot; nil: the slot is free
	freeSlots []uint32
	anonymous *viewer // stands for all anonymous connections
	members   []*Member
	index     index
	frames    frameCache
	captures  *notecapture.Registry
	joined    map[*Kind]int // live subscriptions

	changes changes // for clients that come with relations that were loaded before

	idle  []idleViewer // in the order of their ends
	timer *time.Timer

	at *LogPosition // after the event that is or was delivered
	// refreshed are the subscriptions with cursors whose clients want to hear of
	// connected; refreshAt is the event after which they are looked at.
	refreshed map[*subscription]struct{}
	refreshAt int64

	noteCount uint64           // counts note events, so that no note is sent twice to a subscription
	note      *NoteEvent       // while a note is delivered or replayed
	change    *NoteChangeEvent // while a change is delivered or replayed
	block     noteBlock
	// offerChangeFn is offerChange, made once.
	offerChangeFn func(*subscription)

	// gathering says that frames wait for the next flush. gathered are the members
	// that have such frames.
	gathering        bool
	gathered         []*Member
	gatheredFrames   int
	eventsSinceFlush int

	passedOver passedOver
	replaying  int64 // the event that is replayed; 0: none
	inSink     bool  // a sink is being called

	full       uint64 // subscriptions refused because the connection had too many
	unsendable uint64 // frames that could not be made, once per recipient
	// droppedCaptures are those that were counted before the shard began anew.
	droppedCaptures uint64
}

func newShard(h *Hub, n int) *shard {
	s := &shard{hub: h, number: n, mail: make(chan mail, h.cfg.Mailbox), at: PositionAt(feed.Position{})}
	s.anonymous = &viewer{shard: s}
	s.clear()
	s.block.addFn, s.offerChangeFn = s.consider, s.offerChange
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
			s.handleAll(m)
		case <-s.timer.C:
			s.runCommand(s.forgetIdle)
		case <-ctx.Done():
			return
		}
	}
}

// handleMost is how many pieces of mail are worked through before the shard looks
// at anything else.
const handleMost = 64

// handleAll handles a piece of mail, and what else lies in the mailbox by now, so that
// what connections are sent because of several events or commands goes out together.
// The frames of a single event are not gathered: the first recipient need not wait for
// the last.
func (s *shard) handleAll(m mail) {
	s.gathering = len(m.events) > 1 || len(s.mail) > 0
	s.handle(m)
	for range min(len(s.mail), handleMost) {
		s.handle(<-s.mail) // nobody else takes any
	}
	s.flush()
}

// handle handles one piece of mail.
func (s *shard) handle(m mail) {
	if m.command != nil {
		s.runCommand(m.command)
	}
	for done := 0; done < len(m.events); {
		done += s.deliverFrom(m.events[done:])
	}
}

// handleEvent delivers one event.
func (s *shard) handleEvent(e LoggedEvent) {
	if e.At != nil {
		s.at = e.At
	}
	s.deliver(e.Event)
	if s.at.id >= s.refreshAt {
		s.refresh()
	}
	if s.eventsSinceFlush++; s.eventsSinceFlush >= gatherEvents {
		s.flush()
	}
}
