package channel

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"notewire/notecapture"
	"notewire/store/feed"
)

// ErrFailed says that the shard panicked while it did what was asked. It has begun
// anew, so trying again is fine.
var ErrFailed = errors.New("the shard failed")

// What happens after a panic in a shard, and why it is sound:
//
//   - What a panic can leave half done is the shard's state, which nobody else
//     touches. It is dropped as a whole and made anew, and whatever was made of it is
//     marked as gone: members, viewers, captures and cursors of before do nothing any
//     more. Members are told to close, and viewers that come back are loaded again,
//     so what they know is at least as new as the event that is being delivered.
//   - What shards share is either never changed once it is shared (events, facts,
//     payloads, frames), or changed under a mutex that is unlocked when the holder
//     panics (variants of bodies, who is online), or remembers that it could not be
//     made (LogPosition).
//   - A sink is not the shard's. A panic in one may leave its connection locked, for
//     which the poller of all connections would wait. It is not kept from ending the
//     process.
//   - The event or the command that panicked is passed over, and those after it are
//     carried out. A client that comes back with a cursor from before the event is
//     told of a gap, since replaying the event might panic again.

// panicSite says what was being done when a panic came.
type panicSite struct {
	what  string // for the log
	event int64  // the event that is delivered or replayed; 0: none
	mark  Mark   // of a relation change; 0: it is none
}

// afterPanic logs a panic and begins the shard anew.
func (s *shard) afterPanic(g panicSite, reason any) {
	stack := string(debug.Stack())
	log := s.hub.cfg.Logger.With(slog.Int("shard", s.number), slog.String("doing", g.what), slog.Int64("event", g.event))
	if s.inSink {
		log.Error("a connection panicked, and may have left locked what all connections need", "panic", fmt.Sprint(reason), "stack", stack)
		panic(reason)
	}
	log.Error("a shard panicked; it begins anew without its clients, who are sent away to connect again",
		"clients", len(s.members), "panic", fmt.Sprint(reason), "stack", stack)
	s.hub.failures.Add(1)
	if g.event != 0 {
		s.passedOver.add(g.event)
	}
	if g.mark != 0 {
		s.changes.rememberGap(g.mark) // perhaps it was not noted whom it is about
	}
	s.beginAnew()
}

// deliverFrom delivers events and answers how many are done with: all of them, or
// those up to one that panicked.
func (s *shard) deliverFrom(events []LoggedEvent) (done int) {
	defer func() {
		if r := recover(); r != nil {
			e := events[done]
			g := panicSite{what: fmt.Sprintf("delivering a %T", e.Event), mark: markOf(e.Event)}
			if e.At != nil {
				g.event = e.At.id
			}
			s.afterPanic(g, r)
			done++
		}
	}()
	for ; done < len(events); done++ {
		s.handleEvent(events[done])
	}
	return done
}

// runCommand runs a command.
func (s *shard) runCommand(command func()) {
	defer func() {
		if r := recover(); r != nil {
			g := panicSite{what: "carrying out a command"}
			if s.replaying != 0 {
				g.what, g.event = "replaying an event", s.replaying
			}
			s.afterPanic(g, r)
		}
	}()
	command()
}

// markOf is the mark of a change of relations; 0 for other events.
func markOf(e Prepared) Mark {
	if r, ok := e.(*RelationEvent); ok {
		return r.number
	}
	return 0
}

// beginAnew drops everything that a panic may have left half done. The log goes on
// from where it is.
func (s *shard) beginAnew() {
	members, viewers := s.members, s.viewers
	s.droppedCaptures += s.captures.Counts().Dropped
	s.clear()
	for _, v := range viewers {
		if v != nil {
			v.gone = true // who is loading it tries again
			s.hub.online.set(v.id, false)
		}
	}
	for _, m := range members {
		flush := m.gathered
		m.forget()
		s.inSink = true
		if flush { // or what the sink has gathered would wait for ever
			m.gatherer.Flush()
		}
		s.inSink = false
		m.close(ShardFailed)
	}
}

// clear gives the shard the state of one that nobody has joined.
func (s *shard) clear() {
	s.people, s.viewers, s.freeSlots = newPeople(), nil, nil
	s.members, s.index, s.frames = nil, newIndex(), newFrameCache()
	s.captures = notecapture.NewRegistry(s.hub.cfg.MaxCaptures)
	s.joined = make(map[*Kind]int, len(kinds))
	s.refreshed = map[*subscription]struct{}{}
	s.note, s.change, s.replaying = nil, nil, 0
	s.block.waiting, s.block.chosen = nil, nil
	s.gathered, s.gatheredFrames, s.eventsSinceFlush = nil, 0, 0
	s.idle = nil
	// The anonymous viewer stays who it is: other goroutines compare with it.
	s.anonymous.own, s.anonymous.following = subList{}, [streams]subList{}
	s.anonymous.members = nil
}

// forget makes the member one to whom nothing is sent any more, without a look at
// what it had.
func (m *Member) forget() {
	m.sentAway, m.at, m.gathered = true, -1, false
	m.subs, m.captures, m.held, m.seenAhead, m.toReplay = nil, nil, nil, nil, 0
}

// passedOver are the events that panicked in a shard.
type passedOver struct {
	ids     []int64 // the oldest first
	through int64   // ids at or below it have been forgotten
}

// maxPassedOver bounds how many events a shard remembers that it passed over.
const maxPassedOver = 1024

func (p *passedOver) add(id int64) {
	for _, known := range p.ids {
		if known == id {
			return
		}
	}
	p.ids = append(p.ids, id)
	if len(p.ids) > maxPassedOver {
		p.through = max(p.through, p.ids[0])
		p.ids = p.ids[1:]
	}
}

// misses says whether a client that has seen what seen covers lacks an event that was
// passed over.
func (p *passedOver) misses(seen feed.Position) bool {
	if p.through > 0 && seen.Highest() < p.through {
		return true
	}
	for _, id := range p.ids {
		if !seen.Covers(id) {
			return true
		}
	}
	return false
}
