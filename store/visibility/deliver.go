package visibility

import "notewire/store"

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

// Muted says whether the viewer wants to be spared the note: they mute anybody
// whose words it shows, are blocked by them, or mute the instance that they are
// on; or the note is a pure renote by somebody whose renotes the viewer mutes.
// Nothing is muted for the anonymous viewer.
func Muted(v Viewer, f *store.NoteFacts) bool {
	if v == nil {
		return false
	}
	return showsWordsOf(f, func(by *store.NoteFacts) bool { return Shuns(v, by.UserID, by.UserHost) }) ||
		answersAway(v, f) || f.Renote != nil && answersAway(v, f.Renote) ||
		f.IsPureRenote() && v.RenoteMutes(f.UserID)
}

// showsWordsOf says whether the condition holds for anybody whose words the
// note shows. These are its author and, as deep as notes are embedded, the
// authors of its reply and of its renote, and of the renote's own reply and
// renote. The condition is asked about the note that the words are in.
func showsWordsOf(f *store.NoteFacts, condition func(by *store.NoteFacts) bool) bool {
	if condition(f) || f.Reply != nil && condition(f.Reply) {
		return true
	}
	r := f.Renote
	return r != nil && (condition(r) || r.Reply != nil && condition(r.Reply) || r.Renote != nil && condition(r.Renote))
}

// answersAway says whether the note replies to somebody whom the viewer shuns,
// where the note that it replies to is not embedded, for example because it was
// deleted. Its author is known even then; the author of a renoted note is not.
func answersAway(v Viewer, f *store.NoteFacts) bool {
	return f.Reply == nil && f.ReplyUserID != "" && Shuns(v, f.ReplyUserID, "")
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
