package visibility

import (
	"slices"

	"notewire/store"
)

// MaySee says whether the viewer may see a note with this audience. Mutes and
// blocks do not enter into it: they are rules of delivery. An unknown
// visibility is seen by its author only.
func MaySee(v Viewer, a *store.Audience) bool {
	if a.Visibility == store.Public || a.Visibility == store.Home {
		return true
	}
	me := viewerID(v)
	if me == "" {
		return false
	}
	if me == a.UserID {
		return true
	}
	switch a.Visibility {
	case store.Followers:
		return follows(v, a.UserID) || me == a.ReplyUserID || slices.Contains(a.Mentions, me)
	case store.Specified:
		return slices.Contains(a.VisibleUserIDs, me)
	default:
		return false
	}
}

// Mask says which of the notes embedded in a note are hidden from a viewer.
// Zero hides nothing.
type Mask uint8

// The positions at which a note embeds others: docs/protocol.md, "Embedding".
const (
	HideReply        Mask = 1 << iota // note.reply
	HideRenote                        // note.renote
	HideRenoteReply                   // note.renote.reply
	HideRenoteRenote                  // note.renote.renote
)

// HiddenMask says which embedded notes the viewer may not see. Each position
// is judged by itself: a note that is visible stays so inside a hidden one.
func HiddenMask(v Viewer, f *store.NoteFacts) Mask {
	m := hides(v, f.Reply, HideReply) | hides(v, f.Renote, HideRenote)
	if r := f.Renote; r != nil {
		m |= hides(v, r.Reply, HideRenoteReply) | hides(v, r.Renote, HideRenoteRenote)
	}
	return m
}

func hides(v Viewer, f *store.NoteFacts, position Mask) Mask {
	if f == nil || MaySee(v, &f.Audience) {
		return 0
	}
	return position
}
