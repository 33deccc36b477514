package channel

import (
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// carriedNote is a note that an event carries, for every viewer alike.
type carriedNote struct {
	facts   *store.NoteFacts
	derived bool // the facts are not the writer's
	// own is what users who are online did with the note and with those that it
	// embeds; nil: nobody did anything.
	own map[store.UserID]*protocol.Own
	by  noteRule
	// causer is who caused an event on a main topic.
	causer visibility.Causer
}

// noteRule says by what, besides MAY SEE, it is decided who gets a note.
type noteRule uint8

const (
	// byWords: everybody counts whose words the note shows, as in timelines.
	byWords noteRule = iota
	// byCauser: whoever caused the event counts, as on main.
	byCauser
	// byID: nobody counts, since the viewer asked for this very note, by a
	// capture.
	byID
)

// admit says whether the viewer gets an event with this note, and in which variant.
// It is the only place of a shard where that is decided, for every event that carries
// a note, whatever its topic: filters choose among what it admits. An event on main
// that carries no note, but was caused by somebody, is decided here too.
//
//   - Nobody gets a note that they may not see.
//   - Nobody gets what people wrote or caused who are suspended, or whom the viewer
//     mutes, as far as the rule of the note says.
//   - What of the note the viewer may not see is hidden, at every depth, and a pure
//     renote of a hidden note is not sent.
func (n *carriedNote) admit(v visibility.Viewer) (form protocol.Variant, ok bool) {
	return n.admitBy(n.by, v)
}

// admitBy is admit by another rule than the note's.
func (n *carriedNote) admitBy(rule noteRule, v visibility.Viewer) (form protocol.Variant, ok bool) {
	f := n.facts
	switch rule {
	case byWords:
		ok = visibility.Deliver(v, f)
	case byCauser:
		ok = visibility.Notifies(v, n.causer, f)
	case byID:
		ok = visibility.MaySee(v, &f.Audience)
	}
	if !ok || f == nil {
		return form, ok
	}
	if f.Reply != nil || f.Renote != nil {
		form.Hidden = visibility.HiddenEmbedded(v, f)
		if form.Hidden&store.HideRenote != 0 && f.IsPureRenote() {
			return form, false
		}
	}
	if len(n.own) > 0 && v != nil {
		form.Own = n.own[v.ID()]
	}
	return form, true
}
