package visibility

import "notewire/store"

// Deliver holds the rules that every note channel and every list of notes
// shares: the viewer may see the note, nobody whose words it shows keeps it away,
// and it is not a pure renote of a note that is hidden from them.
func Deliver(v Viewer, f *store.NoteFacts) bool {
	return MaySee(v, &f.Audience) && !keptAway(v, f) && !renotesHidden(v, f)
}

// keptAway says whether suspensions, mutes or blocks keep the note from the
// viewer: anybody whose words it shows is suspended, muted by the viewer, on an
// instance that they mute, or blocks them; or the note is a pure renote by
// somebody whose renotes they mute. From the anonymous viewer only suspensions
// keep anything.
func keptAway(v Viewer, f *store.NoteFacts) bool {
	if f.Reply == nil && f.Renote == nil { // as nearly always, and asked for each recipient
		if f.BySuspended || mutesOrIsBlocked(v, f.UserID, f.UserHost) {
			return true
		}
		return v != nil && (repliesToMuted(v, f) || f.IsPureRenote() && v.RenoteMutes(f.UserID))
	}
	shown, n := showing(f)
	for _, by := range shown[:n] {
		if by.BySuspended || mutesOrIsBlocked(v, by.UserID, by.UserHost) {
			return true
		}
	}
	if v == nil {
		return false
	}
	return repliesToMuted(v, f) || f.Renote != nil && repliesToMuted(v, f.Renote) || f.IsPureRenote() && v.RenoteMutes(f.UserID)
}

// Withdrawn says whether the note is kept from everybody's timelines and lists:
// anybody whose words it shows is suspended. Whoever asks for it by its id is
// still shown it, as far as MaySee allows.
func Withdrawn(f *store.NoteFacts) bool {
	shown, n := showing(f)
	for _, by := range shown[:n] {
		if by.BySuspended {
			return true
		}
	}
	return false
}

// showing answers the notes whose words the note shows, and how many they are: the
// note itself and, as deep as notes are embedded, its reply, its renote, and the
// renote's own reply and renote. Their authors are the people whom suspensions,
// mutes and blocks are about. (It allocates nothing: it is asked for each
// recipient.)
func showing(f *store.NoteFacts) (notes [5]*store.NoteFacts, n int) {
	notes[0], n = f, 1
	if f.Reply != nil {
		notes[n] = f.Reply
		n++
	}
	r := f.Renote
	if r == nil {
		return notes, n
	}
	for _, shown := range [...]*store.NoteFacts{r, r.Reply, r.Renote} {
		if shown != nil {
			notes[n] = shown
			n++
		}
	}
	return notes, n
}

// renotesHidden says whether the note is a pure renote of a note that the viewer
// may not see: hiding that one would leave nothing.
func renotesHidden(v Viewer, f *store.NoteFacts) bool {
	return f.Renote != nil && f.IsPureRenote() && !MaySee(v, &f.Renote.Audience)
}

// repliesToMuted says whether the note replies to somebody whom the viewer mutes
// or by whom they are blocked, where the note that it replies to is not embedded,
// for example because it was deleted. Its author is known even then; the author
// of a renoted note is not.
func repliesToMuted(v Viewer, f *store.NoteFacts) bool {
	return f.Reply == nil && f.ReplyUserID != "" && mutesOrIsBlocked(v, f.ReplyUserID, "")
}

// mutesOrIsBlocked says whether the viewer mutes the user or their instance, or
// is blocked by the user. host is empty for a local user, or if it is not known.
func mutesOrIsBlocked(v Viewer, user store.UserID, host string) bool {
	return v != nil && (Mutes(v, user, host) || v.BlockedBy(user))
}

// Mutes says whether the viewer mutes the user or their instance. host is empty
// for a local user, or if it is not known. The anonymous viewer mutes nobody.
func Mutes(v Viewer, user store.UserID, host string) bool {
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
// muted by the viewer; and if it is about a note, the viewer may see it and it
// is not a pure renote of a note that is hidden from them. about is nil if it is
// about no note.
func Notifies(v Viewer, by Causer, about *store.NoteFacts) bool {
	if by.Suspended || by.UserID != "" && Mutes(v, by.UserID, by.Host) {
		return false
	}
	return about == nil || MaySee(v, &about.Audience) && !renotesHidden(v, about)
}
