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
// asks for the former: it asks Deliver itself, for every event that carries a note.

// Home says whether the home timeline of the viewer sends the note.
func Home(v Viewer, f *store.NoteFacts, p Params) bool { return InHome(v, f, p) && Deliver(v, f) }

// InHome says whether the home timeline of the viewer is made of the note: the
// viewer's own, of those whom they follow, and of the community channels that
// they follow. The anonymous viewer has none.
func InHome(v Viewer, f *store.NoteFacts, p Params) bool {
	if viewerID(v) == "" || !homeCandidate(v, f) || !addressed(v, f) {
		return false
	}
	withReplies, _ := v.Follows(f.UserID)
	return homeReply(v, f, withReplies) && homeRenote(v, f, p) && files(f, p)
}

// Local says whether the local timeline sends the note to the viewer.
func Local(v Viewer, f *store.NoteFacts, p Params) bool { return InLocal(v, f, p) && Deliver(v, f) }

// InLocal says whether the local timeline is made of the note: public notes of
// local authors outside community channels.
func InLocal(v Viewer, f *store.NoteFacts, p Params) bool {
	return localCandidate(f) && localReply(v, f, p) && renotes(f, p) && files(f, p)
}

// Hybrid says whether the social timeline of the viewer sends the note.
func Hybrid(v Viewer, f *store.NoteFacts, p Params) bool { return InHybrid(v, f, p) && Deliver(v, f) }

// InHybrid says whether the social timeline of the viewer is made of the note: what
// home and what local have as candidates. The anonymous viewer has none.
func InHybrid(v Viewer, f *store.NoteFacts, p Params) bool {
	if viewerID(v) == "" || !homeCandidate(v, f) && !localCandidate(f) || !addressed(v, f) {
		return false
	}
	withReplies, _ := v.Follows(f.UserID)
	return homeReply(v, f, withReplies || p.WithReplies) && homeRenote(v, f, p) && files(f, p)
}

// Global says whether the global timeline sends the note to the viewer.
func Global(v Viewer, f *store.NoteFacts, p Params) bool { return InGlobal(v, f, p) && Deliver(v, f) }

// InGlobal says whether the global timeline is made of the note: every public note
// outside community channels, replies included.
func InGlobal(_ Viewer, f *store.NoteFacts, p Params) bool {
	return f.Visibility == store.Public && f.ChannelID == "" && renotes(f, p) && files(f, p)
}

// List says whether the timeline of one of the viewer's own lists sends the
// note. The caller knows that the author is a member, and whether that
// membership is withReplies.
func List(v Viewer, f *store.NoteFacts, p Params, memberWithReplies bool) bool {
	return InList(v, f, p, memberWithReplies) && Deliver(v, f)
}

// InList says whether the timeline of one of the viewer's own lists is made of the
// note. The anonymous viewer has no lists.
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
	return homeReply(v, f, memberWithReplies) && renotes(f, p) && files(f, p)
}

// homeCandidate: mine, of followed authors, of followed community channels. A
// note in a community channel comes through the channel alone, even my own.
func homeCandidate(v Viewer, f *store.NoteFacts) bool {
	if f.ChannelID != "" {
		return v.FollowsChannel(f.ChannelID)
	}
	return f.UserID == v.ID() || follows(v, f.UserID)
}

// localCandidate: public notes of local authors outside community channels.
func localCandidate(f *store.NoteFacts) bool {
	return f.Visibility == store.Public && f.UserHost == "" && f.ChannelID == ""
}

// addressed keeps narrow notes out of home and hybrid that the viewer may see
// without being one of their author's readers: a followers-only note comes
// from followed authors only (not through a mention), and a specified note
// from strangers is left to main.
func addressed(v Viewer, f *store.NoteFacts) bool {
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

// nearReply is a reply that every timeline has: to the viewer, by the viewer,
// or by its author to themself.
func nearReply(me store.UserID, f *store.NoteFacts) bool {
	return f.ReplyUserID == f.UserID || me != "" && (f.ReplyUserID == me || f.UserID == me)
}

// homeReply lets replies between others through only if withReplies is set,
// and then not to a followers-only note of somebody whom the viewer does not
// follow.
func homeReply(v Viewer, f *store.NoteFacts, withReplies bool) bool {
	if !isReply(f) || nearReply(v.ID(), f) {
		return true
	}
	return withReplies && !strangersCircle(v, f.Reply)
}

// localReply lets replies between others through if the viewer's follow of
// the author, or the param, is withReplies. Without an account there is
// nothing to set and everything is shown.
func localReply(v Viewer, f *store.NoteFacts, p Params) bool {
	me := viewerID(v)
	if me == "" || p.WithReplies || !isReply(f) || nearReply(me, f) {
		return true
	}
	withReplies, _ := v.Follows(f.UserID)
	return withReplies
}

// strangersCircle says whether the note is followers-only, of somebody whom
// the viewer does not follow and who is not the viewer.
func strangersCircle(v Viewer, f *store.NoteFacts) bool {
	return f != nil && f.Visibility == store.Followers && f.UserID != v.ID() && !follows(v, f.UserID)
}

// renotes drops pure renotes if the client asked for it.
func renotes(f *store.NoteFacts, p Params) bool { return p.WithRenotes || !f.IsPureRenote() }

// homeRenote is renotes, and drops pure renotes of a reply to a followers-only
// note of a stranger: the conversation would be torn.
func homeRenote(v Viewer, f *store.NoteFacts, p Params) bool {
	if !f.IsPureRenote() {
		return true
	}
	return p.WithRenotes && (f.Renote == nil || !strangersCircle(v, f.Renote.Reply))
}

// files keeps only notes with files of their own if the client asked for it.
func files(f *store.NoteFacts, p Params) bool { return !p.WithFiles || f.HasFiles }
