package channel

import (
	"encoding/json"
	"errors"
	"fmt"

	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// mainNotes are the events of main topics that are known to carry a note, and where
// it stands in them (a notification may be about none). Where the writer left no facts
// of it, an older version or another program, they are derived from the note. Viewers
// are told of none that were caused by somebody whom they mute, or who is suspended.
var mainNotes = map[string]protocol.NotePlace{
	store.MainMention:            protocol.NoteIsBody,
	store.MainReply:              protocol.NoteIsBody,
	store.MainRenote:             protocol.NoteIsBody,
	store.MainNotification:       protocol.NoteIsMember,
	store.MainUnreadNotification: protocol.NoteIsMember,
}

// FactsDerived says whether the event carries a note whose facts were derived from
// its packed form, since its writer left none.
func FactsDerived(p Prepared) bool {
	switch e := p.(type) {
	case *NoteEvent:
		return e.note.derived
	case *TopicEvent:
		return e.note.derived
	default:
		return false
	}
}

// prepareTopic reads an event on a topic: on the main topic of the user, or, without
// a user, on any other.
func prepareTopic(e *store.Event, user store.UserID) (Prepared, error) {
	t := NewTopicEvent(e.Topic, e.Type, protocol.RawPayload(e.Body))
	var facts store.EventFacts
	if has(e.Facts) {
		if err := json.Unmarshal(e.Facts, &facts); err != nil {
			return nil, fmt.Errorf("read facts: %w", err)
		}
	}
	place, known := mainNotes[e.Type]
	if user == "" {
		known = false
	} else {
		t.UserID, t.note.by = user, byCauser
	}
	if !known || facts.NoteFacts == nil && place == protocol.NoteIsMember {
		place = protocol.FindNote(e.Body)
	}
	t.body.note = place
	switch {
	case place == protocol.NoteElsewhere, place != protocol.NoNote && !known && facts.NoteFacts == nil:
		return nil, ErrNoFacts
	case known && place == protocol.NoNote && has(protocol.NoteAt(e.Body, protocol.NoteIsMember)):
		return nil, errors.New("its note is no object")
	case place != protocol.NoNote:
		var err error
		if t.note.facts, t.note.derived, err = factsOf(facts.NoteFacts, e.Body, place); err != nil {
			return nil, err
		}
	}
	if !known {
		return t, nil
	}
	var err error
	t.note.causer, err = causerOf(&facts, t.note.facts, place, e.Body)
	return t, err
}

// factsOf are the facts of the note in a body: those that its writer gave, or,
// without any, those that its packed form tells.
func factsOf(given *store.NoteFacts, body json.RawMessage, place protocol.NotePlace) (f *store.NoteFacts, derived bool, err error) {
	if given == nil {
		if f, err = protocol.FactsFromPackedNote(protocol.NoteAt(body, place)); err != nil {
			return nil, false, fmt.Errorf("derive facts: %w", err)
		}
		return f, true, nil
	}
	if err := complete(given); err != nil {
		return nil, false, err
	}
	if namesMore(given) {
		if err := addEmbedded(given, protocol.NoteAt(body, place)); err != nil {
			return nil, false, err
		}
	}
	return given, false, nil
}

// complete says what is missing of facts without which nothing can be decided.
func complete(f *store.NoteFacts) error {
	if f.ID == "" || f.UserID == "" || f.Visibility == "" {
		return errors.New("facts without id, userId or visibility")
	}
	return nil
}

// namesMore says whether the facts name embedded notes of which they say nothing.
// Those were deleted, or the writer did not know that they matter.
func namesMore(f *store.NoteFacts) bool {
	lacks := func(f *store.NoteFacts) bool { return f.ReplyID != "" && f.Reply == nil }
	if lacks(f) || f.RenoteID != "" && f.Renote == nil {
		return true
	}
	r := f.Renote
	return r != nil && (lacks(r) || r.RenoteID != "" && r.Renote == nil)
}

// addEmbedded adds to the facts what the packed note tells of the notes that it
// embeds and that the facts leave out.
func addEmbedded(f *store.NoteFacts, note json.RawMessage) error {
	packed, err := protocol.FactsFromPackedNote(note)
	if err != nil {
		return fmt.Errorf("derive facts of embedded notes: %w", err)
	}
	for _, level := range []struct{ has, told *store.NoteFacts }{{f, packed}, {f.Renote, packed.Renote}} {
		if level.has == nil || level.told == nil {
			continue
		}
		if level.has.Reply == nil {
			level.has.Reply = level.told.Reply
		}
		if level.has.Renote == nil {
			level.has.Renote = level.told.Renote
		}
	}
	return nil
}

// causedBy is what a packed notification tells of its causer.
type causedBy struct {
	UserID store.UserID `json:"userId"`
	User   *struct {
		Host *string `json:"host"`
	} `json:"user"`
}

// causerOf is who caused an event of mainNotes: whom its writer names, or else the
// author of the note that is its body, or the user in its body.
func causerOf(given *store.EventFacts, note *store.NoteFacts, place protocol.NotePlace, body json.RawMessage) (visibility.Causer, error) {
	if given.CauserID != "" {
		return visibility.Causer{UserID: given.CauserID, Host: given.CauserHost}, nil
	}
	if place == protocol.NoteIsBody {
		return visibility.Causer{UserID: note.UserID, Host: note.UserHost}, nil
	}
	var c causedBy
	if err := json.Unmarshal(body, &c); err != nil {
		return visibility.Causer{}, fmt.Errorf("read who caused it: %w", err)
	}
	causer := visibility.Causer{UserID: c.UserID}
	if c.User != nil && c.User.Host != nil {
		causer.Host = *c.User.Host
	}
	return causer, nil
}
