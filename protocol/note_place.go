package protocol

import (
	"errors"
	"fmt"
)

// NotePlace is where in the body of an event a packed note stands.
type NotePlace uint8

// The places of a note in a body.
const (
	NoNote        NotePlace = iota
	NoteIsBody              // the body is the note
	NoteIsMember            // the body is an object with the note as its member "note"
	NoteElsewhere           // somewhere else, or at several places: nothing could hide it
)

// Why the note in a body cannot be found.
var (
	errNoNote   = errors.New("there is no note in it")
	errTwoNotes = errors.New("there are several notes in it")
)

// FindNote says where in a body a packed note stands. What is embedded in a note is
// a part of that note. A body that is no JSON counts as NoteElsewhere, no body at all
// as null.
func FindNote(body []byte) NotePlace {
	value, ok := valid(body)
	switch {
	case len(body) == 0:
		return NoNote
	case !ok:
		return NoteElsewhere
	case kindOf(value) != kindObject:
		return elsewhere(value)
	case isNote(value):
		return NoteIsBody
	}
	place := NoNote
	for m := range members(value) {
		switch {
		case m.is("note") && kindOf(m.value) == kindObject:
			if place != NoNote {
				return NoteElsewhere
			}
			place = NoteIsMember
		case elsewhere(m.value) != NoNote:
			return NoteElsewhere
		}
	}
	return place
}

// NoteAt is the note at a place in a body; nil if there is none.
func NoteAt(body []byte, at NotePlace) []byte {
	switch at {
	case NoteIsBody:
		return body
	case NoteIsMember:
		if object, ok := valid(body); ok && kindOf(object) == kindObject {
			return lookup(object, "note")
		}
	}
	return nil
}

// elsewhere is NoteElsewhere if there is a note anywhere in the value, and NoNote
// otherwise.
func elsewhere(value []byte) NotePlace {
	switch kindOf(value) {
	case kindArray:
		for element := range elements(value) {
			if elsewhere(element) != NoNote {
				return NoteElsewhere
			}
		}
	case kindObject:
		if isNote(value) {
			return NoteElsewhere
		}
		for m := range members(value) {
			if elsewhere(m.value) != NoNote {
				return NoteElsewhere
			}
		}
	}
	return NoNote
}

// isNote says whether an object is a packed note: it has an id and an author, and
// something that only notes have. What is no note may be taken for one: then it is
// refused where nobody says who may see it.
func isNote(object []byte) bool {
	id, author, only := false, false, false
	for m := range members(object) {
		switch {
		case m.is("id"):
			id = true
		case m.is("userId"):
			author = true
		case m.is("visibility"), m.is("visibleUserIds"), m.is("replyId"), m.is("renoteId"), m.is("cw"):
			only = true
		}
	}
	return id && author && only
}

// ApplyIn is ApplyRaw for a note at a place in a body. The other members of the body
// are kept. A body with two notes, which only a foreign writer could have made, is
// refused: one of them would be left as it is.
func (v Variant) ApplyIn(body []byte, at NotePlace) ([]byte, error) {
	switch at {
	case NoteIsBody:
		return v.ApplyRaw(body)
	case NoteIsMember:
		out, err := v.appendAround(make([]byte, 0, len(body)+variantGrows), body)
		if err != nil {
			return nil, fmt.Errorf("make a variant of a note in an event: %w", err)
		}
		return out, nil
	default:
		return nil, fmt.Errorf("make a variant of a note in an event: %w", errNoNote)
	}
}

// appendAround appends a body whose member note is made the variant.
func (v Variant) appendAround(dst, body []byte) ([]byte, error) {
	object, ok := valid(body)
	if !ok || kindOf(object) != kindObject {
		return nil, errNoNote
	}
	w, notes := objectWriter{dst: append(dst, '{')}, 0
	for m := range members(object) {
		w.key(m.key)
		if !m.is("note") {
			w.dst = append(w.dst, m.value...)
			continue
		}
		if kindOf(m.value) != kindObject {
			return nil, errNoNote
		}
		w.dst = v.append(w.dst, m.value, positionSelf)
		notes++
	}
	switch notes {
	case 0:
		return nil, errNoNote
	case 1:
		return append(w.dst, '}'), nil
	default:
		return nil, errTwoNotes
	}
}
