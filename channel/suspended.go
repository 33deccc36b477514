package channel

import (
	"sync"

	"notewire/store"
)

// suspendedUsers is who is suspended, on this server or as a remote user, as of
// the last event that was handed to the hub. Few are, so everybody is kept.
//
// Events are marked before the shards get them: in the order of the log, and
// once for all shards and viewers, since a suspension is the same for everybody.
type suspendedUsers struct {
	mu    sync.RWMutex // replays are marked while events come in
	users map[store.UserID]struct{}
}

// set replaces what is known.
func (s *suspendedUsers) set(users []store.UserID) {
	all := make(map[store.UserID]struct{}, len(users))
	for _, u := range users {
		all[u] = struct{}{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users = all
}

// follow takes over what an event tells of suspensions, and marks the events
// that suspended users wrote or caused.
func (s *suspendedUsers) follow(events []LoggedEvent) {
	for i := range events {
		if r, ok := events[i].Event.(*RevocationEvent); ok {
			s.change(r)
			continue
		}
		s.mark(events[i].Event)
	}
}

func (s *suspendedUsers) change(e *RevocationEvent) {
	if e.Type != store.InternalSuspended {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.Revocation.Gone {
		s.users[e.Revocation.UserID] = struct{}{}
	} else {
		delete(s.users, e.Revocation.UserID)
	}
}

// mark marks an event that no shard has yet.
func (s *suspendedUsers) mark(e Prepared) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if len(s.users) == 0 {
		return
	}
	switch e := e.(type) {
	case *NoteEvent:
		e.note.markSuspended(s.has)
	case *NoteChangeEvent:
		e.note.markSuspended(s.has)
		if e.Whole != nil {
			e.Whole.note.markSuspended(s.has)
		}
	case *TopicEvent:
		e.note.markSuspended(s.has)
	}
}

func (s *suspendedUsers) has(u store.UserID) bool {
	_, is := s.users[u]
	return is
}

// markSuspended notes which authors are suspended, and whether the causer is.
func (n *carriedNote) markSuspended(suspended func(store.UserID) bool) {
	n.facts.MarkSuspended(suspended)
	n.causer.Suspended = n.causer.UserID != "" && suspended(n.causer.UserID)
}
