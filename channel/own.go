package channel

import (
	"notewire/protocol"
	"notewire/store"
)

// OwnQuery asks what users did with the notes of an event: what of the event is a
// viewer's own.
type OwnQuery struct {
	Reacted []store.NoteID // the notes that have reactions
	Voted   []store.NoteID // the notes with polls that have votes
	// Most is how many reactions or votes one of them has, as far as is known.
	Most int
	// User is who alone is sent the event; empty: several may be.
	User store.UserID
}

// WantedOwn says what the preparation stage has to look up before the event is
// delivered, for SetOwn. False: nothing, as for nearly every event, since nobody had
// reacted to its notes, or voted in them, when it was written.
func WantedOwn(p Prepared) (q OwnQuery, ok bool) {
	n := noteOf(p)
	if n == nil || n.facts == nil {
		return q, false
	}
	q.Reacted, q.Voted, q.Most = protocol.Acted(n.facts)
	if e, is := p.(*TopicEvent); is {
		q.User = e.UserID
	}
	return q, len(q.Reacted)+len(q.Voted) > 0
}

// SetOwn says what users did with the notes of an event, by user and note. It is
// called before the event is delivered.
func SetOwn(p Prepared, did map[store.UserID]map[store.NoteID]store.Participation) {
	if n := noteOf(p); n != nil && n.facts != nil {
		n.own = protocol.OwnOf(n.facts, did)
	}
}

// noteOf is the note that an event carries; nil for events that never carry one.
func noteOf(p Prepared) *carriedNote {
	switch e := p.(type) {
	case *NoteEvent:
		return &e.note
	case *TopicEvent:
		return &e.note
	case *NoteChangeEvent:
		if e.Whole != nil {
			return &e.Whole.note
		}
	}
	return nil
}
