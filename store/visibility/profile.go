package visibility

import "notewire/store"

// ProfileParams are the choices of who reads the notes of one user. The zero
// value has neither replies, nor renotes, nor notes in community channels.
type ProfileParams struct {
	WithReplies      bool // replies to others too
	WithRenotes      bool // pure renotes too
	WithChannelNotes bool // notes in community channels too
}

// Profile says whether a user's profile lists a note of theirs for the viewer.
// Muting the user hides nothing there, since the viewer went there to read them;
// muting others hides what shows their words. A suspended user's profile lists
// nothing. Notes in sensitive community
// channels are listed for their author alone.
func Profile(v Viewer, f *store.NoteFacts, p ProfileParams) bool {
	switch {
	case !MaySee(v, &f.Audience), Withdrawn(f), renotesHidden(v, f):
		return false
	case f.ChannelID != "" && (!p.WithChannelNotes || f.InSensitiveChannel && viewerID(v) != f.UserID):
		return false
	case !p.WithReplies && isReply(f) && f.ReplyUserID != f.UserID:
		return false
	case !p.WithRenotes && f.IsPureRenote():
		return false
	}
	shown, n := showing(f)
	for _, by := range shown[:n] {
		if by.UserID != f.UserID && mutesOrIsBlocked(v, by.UserID, by.UserHost) {
			return false
		}
	}
	return true
}
