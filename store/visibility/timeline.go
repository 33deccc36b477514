package visibility

import (
	"slices"

	"notewire/store"
)

// Params are the choices that a client makes when it joins or reads a
// timeline. Their zero value is not the default: see DefaultParams.
type Params struct {
	WithRenotes bool // false: no pure renotes
	WithReplies bool // true: replies between others too; home and global pay no heed
	WithFiles   bool // true: only notes with files of their own
}

// DefaultParams is what a client gets that names none: renotes, but neither
// replies between others nor only files.
func DefaultParams() Params { return Params{WithRenotes: true} }

// Every timeline has two rules. InHome and its kin say which notes the timeline is
// made of. Home and its kin leave out what Deliver keeps from the viewer. The hub
// asks for the former, since it asks Deliver for every event that carries a note.

// Home says whether the viewer's home timeline sends the note.
func Home(v Viewer, f *store.NoteFacts, p Params) bool { return InHome(v, f, p) && Deliver(v, f) }

// InHome says whether the viewer's home timeline is made of the note: it has the
// viewer's own notes, those of authors whom they follow, and those in community
// channels that they follow. The anonymous viewer has none.
func InHome(v Viewer, f *store.NoteFacts, p Params) bool {
	if viewerID(v) == "" || !homeCandidate(v, f) || !allowsNarrow(v, f) {
		return false
	}
	withReplies, _ := v.Follows(f.UserID)
	return allowsReplyAtHome(v, f, withReplies) && allowsRenoteAtHome(v, f, p) && allowsFiles(f, p)
}

// Local says whether the local timeline sends the note to the viewer.
func Local(v Viewer, f *store.NoteFacts, p Params) bool { return InLocal(v, f, p) && Deliver(v, f) }

// InLocal says whether the local timeline is made of the note: it has public notes
// of local authors, outside community channels.
func InLocal(v Viewer, f *store.NoteFacts, p Params) bool {
	return localCandidate(f) && allowsReplyInLocal(v, f, p) && allowsRenote(f, p) && allowsFiles(f, p)
}

// Hybrid says whether the viewer's social timeline sends the note.
func Hybrid(v Viewer, f *store.NoteFacts, p Params) bool { return InHybrid(v, f, p) && Deliver(v, f) }

// InHybrid says whether the viewer's social timeline is made of the note: it has
// what home and what local consider. The anonymous viewer has none.
func InHybrid(v Viewer, f *store.NoteFacts, p Params) bool {
	if viewerID(v) == "" || !homeCandidate(v, f) && !localCandidate(f) || !allowsNarrow(v, f) {
		return false
	}
	withReplies, _ := v.Follows(f.UserID)
	return allowsReplyAtHome(v, f, withReplies || p.WithReplies) && allowsRenoteAtHome(v, f, p) && allowsFiles(f, p)
}

// Global says whether the global timeline sends the note to the viewer.
func Global(v Viewer, f *store.NoteFacts, p Params) bool { return InGlobal(v, f, p) && Deliver(v, f) }

// InGlobal says whether the global timeline is made of the note: it has all public
// notes outside community channels, replies included.
func InGlobal(_ Viewer, f *store.NoteFacts, p Params) bool {
	return f.Visibility == store.Public && f.ChannelID == "" && allowsRenote(f, p) && allowsFiles(f, p)
}

// List says whether the timeline of one of the viewer's own lists sends the note.
func List(v Viewer, f *store.NoteFacts, p Params, memberWithReplies bool) bool {
	return InList(v, f, p, memberWithReplies) && Deliver(v, f)
}

// InList says whether the timeline of one of the viewer's own lists is made of the
// note. The caller knows that the author is a member, and whether that membership is
// withReplies. The anonymous viewer has no lists.
func InList(v Viewer, f *store.NoteFacts, p Params, memberWithReplies bool) bool {
	me := viewerID(v)
	if me == "" || f.ChannelID != "" {
		return false
	}
	switch f.Visibility {
	case store.Followers:
		if f.UserID != me && !follows(v, f.UserID) {
			return false
		}
	case store.Specified:
		if !slices.Contains(f.VisibleUserIDs, me) {
			return false
		}
	}
	return allowsReplyAtHome(v, f, memberWithReplies) && allowsRenote(f, p) && allowsFiles(f, p)
}

// homeCandidate says whether home considers the note: the viewer's own, those of
// followed authors, and those in followed community channels. A note in a
// community channel comes through the channel alone, even the viewer's own.
func homeCandidate(v Viewer, f *store.NoteFacts) bool {
	if f.ChannelID != "" {
		return v.FollowsChannel(f.ChannelID)
	}
	return f.UserID == v.ID() || follows(v, f.UserID)
}

// localCandidate says whether local considers the note: a public one of a local
// author, outside community channels.
func localCandidate(f *store.NoteFacts) bool {
	return f.Visibility == store.Public && f.UserHost == "" && f.ChannelID == ""
}

// allowsNarrow says whether home and hybrid take a note that not everybody may
// see, by its visibility alone. They take a followers-only note of a followed
// author only, not because it mentions the viewer; a specified note of somebody
// else is left to main.
func allowsNarrow(v Viewer, f *store.NoteFacts) bool {
	if f.UserID == v.ID() {
		return true
	}
	switch f.Visibility {
	case store.Followers:
		return follows(v, f.UserID)
	case store.Specified:
		return follows(v, f.UserID) && slices.Contains(f.VisibleUserIDs, v.ID())
	default:
		return true
	}
}

// isReply says whether the note answers another, embedded or not.
func isReply(f *store.NoteFacts) bool { return f.ReplyID != "" }

// alwaysShown says whether every timeline takes the reply: it is to the viewer, by
// the viewer, or by its author to themself.
func alwaysShown(me store.UserID, f *store.NoteFacts) bool {
	return f.ReplyUserID == f.UserID || me != "" && (f.ReplyUserID == me || f.UserID == me)
}

// allowsReplyAtHome says whether home takes the note as a reply, or because it is
// none. It takes replies between others only if withReplies is set, and then none
// to a followers-only note of somebody whom the viewer does not follow.
func allowsReplyAtHome(v Viewer, f *store.NoteFacts, withReplies bool) bool {
	if !isReply(f) || alwaysShown(v.ID(), f) {
		return true
	}
	return withReplies && !followersOnlyByStranger(v, f.Reply)
}

// allowsReplyInLocal says whether local takes the note as a reply, or because it
// is none. It takes replies between others if the viewer's follow of the author,
// or the param, is withReplies. A viewer without an account gets all, since there
// is no follow that could say so.
func allowsReplyInLocal(v Viewer, f *store.NoteFacts, p Params) bool {
	me := viewerID(v)
	if me == "" || p.WithReplies || !isReply(f) || alwaysShown(me, f) {
		return true
	}
	withReplies, _ := v.Follows(f.UserID)
	return withReplies
}

// followersOnlyByStranger says whether the note is followers-only, of somebody
// whom the viewer does not follow and who is not the viewer.
func followersOnlyByStranger(v Viewer, f *store.NoteFacts) bool {
	return f != nil && f.Visibility == store.Followers && f.UserID != v.ID() && !follows(v, f.UserID)
}

// allowsRenote says whether the params allow the note as a pure renote, or because
// it is none.
func allowsRenote(f *store.NoteFacts, p Params) bool { return p.WithRenotes || !f.IsPureRenote() }

// allowsRenoteAtHome is allowsRenote for home, which takes no pure renote of a
// reply to a followers-only note of somebody whom the viewer does not follow: the
// viewer could not read what it answers.
func allowsRenoteAtHome(v Viewer, f *store.NoteFacts, p Params) bool {
	if !f.IsPureRenote() {
		return true
	}
	return p.WithRenotes && (f.Renote == nil || !followersOnlyByStranger(v, f.Renote.Reply))
}

// allowsFiles says whether the params allow the note: all, or only those with
// files of their own.
func allowsFiles(f *store.NoteFacts, p Params) bool { return !p.WithFiles || f.HasFiles }
