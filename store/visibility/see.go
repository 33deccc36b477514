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

// Hidden says what of the note the viewer may not see: the note itself, and the
// notes that it embeds. Each is judged by itself: a note that is visible stays
// so inside a hidden one.
func Hidden(v Viewer, f *store.NoteFacts) store.HiddenParts {
	return hidden(v, f, store.HideSelf) | HiddenEmbedded(v, f)
}

// HiddenEmbedded is Hidden for a note that the viewer may see.
func HiddenEmbedded(v Viewer, f *store.NoteFacts) store.HiddenParts {
	parts := hidden(v, f.Reply, store.HideReply) | hidden(v, f.Renote, store.HideRenote)
	if r := f.Renote; r != nil {
		parts |= hidden(v, r.Reply, store.HideRenoteReply) | hidden(v, r.Renote, store.HideRenoteRenote)
	}
	return parts
}

func hidden(v Viewer, f *store.NoteFacts, position store.HiddenParts) store.HiddenParts {
	if f == nil || MaySee(v, &f.Audience) {
		return 0
	}
	return position
}
