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

// Muted says whether the viewer wants to be spared the note: its author, or
// the author of the note that it replies to or renotes, is muted by the
// viewer, blocks them, or is on an instance that they mute; or it is a pure
// renote by somebody whose renotes they mute. Nothing is muted for the
// anonymous viewer.
func Muted(v Viewer, f *store.NoteFacts) bool {
	if v == nil {
		return false
	}
	if Shuns(v, f.UserID, f.UserHost) {
		return true
	}
	// The replied-to author is known even where the note itself is not
	// embedded; the renoted one's is not.
	if f.Reply != nil {
		if Shuns(v, f.Reply.UserID, f.Reply.UserHost) {
			return true
		}
	} else if f.ReplyUserID != "" && Shuns(v, f.ReplyUserID, "") {
		return true
	}
	if f.Renote != nil && Shuns(v, f.Renote.UserID, f.Renote.UserHost) {
		return true
	}
	return f.IsPureRenote() && v.RenoteMutes(f.UserID)
}

// Shuns says whether the viewer mutes the user, is blocked by them, or mutes
// the instance that they are on. host is empty for local or unknown ones.
func Shuns(v Viewer, user store.UserID, host string) bool {
	if v == nil {
		return false
	}
	return v.Mutes(user) || v.BlockedBy(user) || host != "" && v.MutesHost(host)
}

// Silences says whether the viewer mutes the user or their instance. It is
// what keeps events on main and reactions away; unlike Shuns it does not ask
// who blocks the viewer. host is empty for local or unknown ones.
func Silences(v Viewer, user store.UserID, host string) bool {
	if v == nil {
		return false
	}
	return v.Mutes(user) || host != "" && v.MutesHost(host)
}

// Deliver holds the rules that every note channel shares: the viewer may see
// the note, has not muted it, and it is not a pure renote of a note that is
// hidden from them.
func Deliver(v Viewer, f *store.NoteFacts) bool {
	return MaySee(v, &f.Audience) && !Muted(v, f) && !emptied(v, f)
}

// emptied says whether hiding would leave nothing of the note: it is a pure
// renote of a note that the viewer may not see.
func emptied(v Viewer, f *store.NoteFacts) bool {
	return f.Renote != nil && f.IsPureRenote() && !MaySee(v, &f.Renote.Audience)
}
