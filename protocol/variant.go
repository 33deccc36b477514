package protocol

import (
	"errors"
	"fmt"
	"slices"

	"notewire/store"
)

// Variant is in what a viewer's copy of a note differs from the shared one. It is
// comparable, so that each variant of an event is made only once.
type Variant struct {
	Hidden store.HiddenParts
	// Own is what the viewer did; nil: nothing. Viewers who did the same with the
	// notes of one event have the same Own; see OwnOf.
	Own *Own
}

// Plain says whether the shared note will do.
func (v Variant) Plain() bool { return v == Variant{} }

// own is what the viewer did with the note at a position; nil: nothing that may be
// told, since nothing is told of a note that is hidden from them.
func (v Variant) own(at position) *store.Participation {
	if v.Own == nil || at == positionDeeper || v.Hidden&masks[at] != 0 {
		return nil
	}
	return &v.Own.at[at]
}

// Apply answers the changed copy of a packed note. The note that is given, and
// those it embeds, stay as they are. What is hidden keeps its ids, author,
// counts and reactions, and the notes that are embedded in it; it loses all
// that tells of its content or of whom it was addressed to.
func (v Variant) Apply(n Note) Note { return v.apply(n, positionSelf) }

func (v Variant) apply(n Note, at position) Note {
	if own := v.own(at); own != nil {
		n = withOwn(n, own)
	}
	if v.Hidden&masks[at] != 0 {
		n = blanked(n)
	}
	if n.Reply != nil {
		reply := v.apply(*n.Reply, at.reply())
		n.Reply = &reply
	}
	if n.Renote != nil {
		renote := v.apply(*n.Renote, at.renote())
		n.Renote = &renote
	}
	return n
}

// withOwn is a copy of a note with what its viewer did.
func withOwn(n Note, own *store.Participation) Note {
	if own.Reaction != "" {
		n.MyReaction = own.Reaction
	}
	if len(own.Votes) > 0 && n.Poll != nil {
		poll := *n.Poll
		poll.Choices = slices.Clone(poll.Choices)
		for i := range poll.Choices {
			poll.Choices[i].IsVoted = poll.Choices[i].IsVoted || slices.Contains(own.Votes, i)
		}
		n.Poll = &poll
	}
	return n
}

// blanked is a copy of one note without its content. Mentions are left out as well:
// those of a specified note are the users that it was sent to.
func blanked(n Note) Note {
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

// variantGrows is room for the members that a variant adds.
const variantGrows = 256

// ApplyRaw is Apply for a note that is JSON already. Members that are not
// known here, and the order of all, are kept. raw is not changed.
func (v Variant) ApplyRaw(raw []byte) ([]byte, error) {
	object, ok := valid(raw)
	if !ok || kindOf(object) != kindObject {
		return nil, fmt.Errorf("make a variant: %w", ErrBadNote)
	}
	return v.append(make([]byte, 0, len(object)+variantGrows), object, positionSelf), nil
}

// position is where in a packed note a note stands.
type position int

const (
	positionSelf position = iota
	positionReply
	positionRenote
	positionRenoteReply
	positionRenoteRenote
	positionDeeper // not embedded by the protocol
)

// masks has which bit hides the note at a position.
var masks = [...]store.HiddenParts{
	positionSelf:         store.HideSelf,
	positionReply:        store.HideReply,
	positionRenote:       store.HideRenote,
	positionRenoteReply:  store.HideRenoteReply,
	positionRenoteRenote: store.HideRenoteRenote,
	positionDeeper:       0,
}

// reply is where the reply of the note at p stands.
func (p position) reply() position {
	switch p {
	case positionSelf:
		return positionReply
	case positionRenote:
		return positionRenoteReply
	default:
		return positionDeeper
	}
}

// renote is where the renote of the note at p stands.
func (p position) renote() position {
	switch p {
	case positionSelf:
		return positionRenote
	case positionRenote:
		return positionRenoteRenote
	default:
		return positionDeeper
	}
}

// append appends the variant of the note at a position.
func (v Variant) append(dst, object []byte, at position) []byte {
	hide := v.Hidden&masks[at] != 0
	reaction, votes := "", []int(nil)
	if own := v.own(at); own != nil {
		reaction, votes = own.Reaction, own.Votes
	}
	var done [len(blanks)]bool
	w := objectWriter{dst: append(dst, '{')}
members:
	for m := range members(object) {
		if hide {
			for i, b := range blanks {
				if m.is(b.name) {
					if !done[i] && b.value != "" {
						w.key(m.key)
						w.dst = append(w.dst, b.value...)
					}
					done[i] = true
					continue members
				}
			}
		}
		switch {
		case reaction != "" && m.is("myReaction"):
			continue
		case m.is("reply") && kindOf(m.value) == kindObject:
			w.key(m.key)
			w.dst = v.append(w.dst, m.value, at.reply())
		case m.is("renote") && kindOf(m.value) == kindObject:
			w.key(m.key)
			w.dst = v.append(w.dst, m.value, at.renote())
		case len(votes) > 0 && m.is("poll") && kindOf(m.value) == kindObject:
			w.key(m.key)
			w.dst = appendVoted(w.dst, m.value, votes)
		default:
			w.key(m.key)
			w.dst = append(w.dst, m.value...)
		}
	}
	if hide {
		for i, b := range blanks {
			if !done[i] && b.value != "" {
				w.key([]byte(EncodeID(b.name)))
				w.dst = append(w.dst, b.value...)
			}
		}
	}
	if reaction != "" {
		w.key([]byte(`"myReaction"`))
		w.dst = appendString(w.dst, reaction)
	}
	if hide {
		w.key([]byte(`"isHidden"`))
		w.dst = append(w.dst, "true"...)
	}
	return append(w.dst, '}')
}

// appendVoted appends a packed poll in which the viewer voted for some choices.
func appendVoted(dst, poll []byte, votes []int) []byte {
	w := objectWriter{dst: append(dst, '{')}
	for m := range members(poll) {
		w.key(m.key)
		if !m.is("choices") || kindOf(m.value) != kindArray {
			w.dst = append(w.dst, m.value...)
			continue
		}
		w.dst = append(w.dst, '[')
		i := 0
		for choice := range elements(m.value) {
			if i > 0 {
				w.dst = append(w.dst, ',')
			}
			if slices.Contains(votes, i) && kindOf(choice) == kindObject {
				w.dst = appendVotedChoice(w.dst, choice)
			} else {
				w.dst = append(w.dst, choice...)
			}
			i++
		}
		w.dst = append(w.dst, ']')
	}
	return append(w.dst, '}')
}

// appendVotedChoice appends a choice of a packed poll that the viewer voted for.
func appendVotedChoice(dst, choice []byte) []byte {
	w := objectWriter{dst: append(dst, '{')}
	for m := range members(choice) {
		if m.is("isVoted") {
			continue
		}
		w.key(m.key)
		w.dst = append(w.dst, m.value...)
	}
	w.key([]byte(`"isVoted"`))
	return append(append(w.dst, "true"...), '}')
}

// blanks says what the members of a hidden note become; those without a value are
// left out. It is what blanked does, for JSON.
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
