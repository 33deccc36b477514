package protocol

import (
	"errors"
	"fmt"

	"notewire/store"
)

// Variant is in what a viewer's copy of a note differs from the shared one.
// It is comparable, so that each variant of an event is made only once.
type Variant struct {
	Hidden     store.HiddenParts
	MyReaction string // the viewer's reaction to the renoted note; empty: none
}

// Plain says whether the shared note will do.
func (v Variant) Plain() bool { return v == Variant{} }

// Apply answers the changed copy of a packed note. The note that is given, and
// those it embeds, stay as they are. What is hidden keeps its ids, author,
// counts and reactions, and the notes that are embedded in it; it loses all
// that tells of its content or of whom it was addressed to.
func (v Variant) Apply(n Note) Note {
	if v.Hidden&store.HideSelf != 0 {
		n = hidden(n)
	}
	if n.Reply != nil && v.Hidden&store.HideReply != 0 {
		reply := hidden(*n.Reply)
		n.Reply = &reply
	}
	if n.Renote == nil {
		return n
	}
	renote := *n.Renote
	if v.MyReaction != "" {
		renote.MyReaction = v.MyReaction
	}
	if v.Hidden&store.HideRenote != 0 {
		renote = hidden(renote)
	}
	if renote.Reply != nil && v.Hidden&store.HideRenoteReply != 0 {
		reply := hidden(*renote.Reply)
		renote.Reply = &reply
	}
	if renote.Renote != nil && v.Hidden&store.HideRenoteRenote != 0 {
		inner := hidden(*renote.Renote)
		renote.Renote = &inner
	}
	n.Renote = &renote
	return n
}

// hidden blanks one note. Mentions go too: those of a specified note are the
// users that it was sent to.
func hidden(n Note) Note {
	n.Text, n.CW, n.Poll = nil, nil, nil
	n.FileIDs, n.Files = []string{}, []DriveFile{}
	n.VisibleUserIDs, n.Mentions, n.Tags, n.Emojis = nil, nil, nil, nil
	n.IsHidden = true
	return n
}

// ErrBadNote says that a packed note is not one that can be delivered: not a
// JSON object, without id or author, or embedding more than the protocol
// allows, which nothing could hide.
var ErrBadNote = errors.New("not a packed note")

// ApplyRaw is Apply for a note that is JSON already. Members that are not
// known here, and the order of all, are kept. raw is not changed.
func (v Variant) ApplyRaw(raw []byte) ([]byte, error) {
	object, ok := valid(raw)
	if !ok || kindOf(object) != kindObject {
		return nil, fmt.Errorf("make a variant: %w", ErrBadNote)
	}
	const grows = 256 // the members that a variant adds
	return v.append(make([]byte, 0, len(object)+grows), object, placeSelf), nil
}

// place is where in a packed note a note stands.
type place int

const (
	placeSelf place = iota
	placeReply
	placeRenote
	placeRenoteReply
	placeRenoteRenote
	placeDeeper // not embedded by the protocol
)

// masks has which bit hides the note at a place.
var masks = [...]store.HiddenParts{
	placeSelf:         store.HideSelf,
	placeReply:        store.HideReply,
	placeRenote:       store.HideRenote,
	placeRenoteReply:  store.HideRenoteReply,
	placeRenoteRenote: store.HideRenoteRenote,
	placeDeeper:       0,
}

// reply and renote are the places of what a note embeds.
func (p place) reply() place {
	switch p {
	case placeSelf:
		return placeReply
	case placeRenote:
		return placeRenoteReply
	default:
		return placeDeeper
	}
}

func (p place) renote() place {
	switch p {
	case placeSelf:
		return placeRenote
	case placeRenote:
		return placeRenoteRenote
	default:
		return placeDeeper
	}
}

// append appends the variant of the note at a place.
func (v Variant) append(dst, object []byte, at place) []byte {
	hide := v.Hidden&masks[at] != 0
	react := v.MyReaction != "" && at == placeRenote
	var blanked [len(blanks)]bool
	w := objectWriter{dst: append(dst, '{')}
members:
	for m := range members(object) {
		if hide {
			for i, b := range blanks {
				if m.is(b.name) {
					if !blanked[i] && b.value != "" {
						w.key(m.key)
						w.dst = append(w.dst, b.value...)
					}
					blanked[i] = true
					continue members
				}
			}
		}
		switch {
		case react && m.is("myReaction"):
			continue
		case m.is("reply") && kindOf(m.value) == kindObject:
			w.key(m.key)
			w.dst = v.append(w.dst, m.value, at.reply())
		case m.is("renote") && kindOf(m.value) == kindObject:
			w.key(m.key)
			w.dst = v.append(w.dst, m.value, at.renote())
		default:
			w.key(m.key)
			w.dst = append(w.dst, m.value...)
		}
	}
	if hide {
		for i, b := range blanks {
			if !blanked[i] && b.value != "" {
				w.key([]byte(EncodeID(b.name)))
				w.dst = append(w.dst, b.value...)
			}
		}
	}
	if react {
		w.key([]byte(`"myReaction"`))
		w.dst = appendString(w.dst, v.MyReaction)
	}
	if hide {
		w.key([]byte(`"isHidden"`))
		w.dst = append(w.dst, "true"...)
	}
	return append(w.dst, '}')
}

// blanks has what the members of a hidden note become; those without a value
// are left out. It is what func hidden does, for JSON.
var blanks = [...]struct{ name, value string }{
	{"text", "null"},
	{"cw", "null"},
	{"fileIds", "[]"},
	{"files", "[]"},
	{"poll", ""},
	{"visibleUserIds", ""},
	{"mentions", ""},
	{"tags", ""},
	{"emojis", ""},
	{"isHidden", ""},
}

// objectWriter writes the members of an object.
type objectWriter struct {
	dst   []byte
	later bool
}

// key writes an encoded key and what stands before and after it.
func (w *objectWriter) key(encoded []byte) {
	if w.later {
		w.dst = append(w.dst, ',')
	}
	w.later = true
	w.dst = append(append(w.dst, encoded...), ':')
}
