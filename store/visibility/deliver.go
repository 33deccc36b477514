package visibility

import "notewire/store"

// Deliver holds the rules that every note channel and every list of notes
// shares: the viewer may see the note, it is not withdrawn, they have not muted
// it, and it is not a pure renote of a note that is hidden from them.
func Deliver(v Viewer, f *store.NoteFacts) bool {
	return MaySee(v, &f.Audience) && !Withdrawn(f) && !Muted(v, f) && !emptied(v, f)
}

// Withdrawn says whether the note is kept from everybody's timelines and lists:
// anybody whose words it shows is suspended. Whoever asks for it by its id is
// still shown it, as far as MaySee allows.
func Withdrawn(f *store.NoteFacts) bool {
	return showsWordsOf(f, func(by *store.NoteFacts) bool { return by.BySuspended })
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

// Causer is who caused something that a user is told of. The zero value is
// nobody: a poll ends by itself.
type Causer struct {
	UserID    store.UserID
	Host      string // empty: a local user
	Suspended bool
}

// Notifies says whether the viewer is told of what somebody caused: of mentions,
// replies and renotes, and by notifications. The causer is neither suspended nor
// silenced by the viewer; and if it is about a note, the viewer may see it and it
// is not a pure renote of a note that is hidden from them. about is nil if it is
// about no note.
func Notifies(v Viewer, by Causer, about *store.NoteFacts) bool {
	if by.Suspended || by.UserID != "" && Silences(v, by.UserID, by.Host) {
		return false
	}
	return about == nil || MaySee(v, &about.Audience) && !emptied(v, about)
}
