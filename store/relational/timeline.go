package relational

import (
	"context"
	"slices"

	"notewire/store"
)

// The methods of this file answer candidates: ids of notes, newest first (or
// oldest first, see store.Page), that a timeline may show. Notes of suspended
// authors are left out; who may see the others is for store/visibility, so a
// caller asks for more than it needs, filters, and goes on after the last id
// until its own list is full.

// HomeIDs are the viewer's own notes, those of whom they follow, and those in
// community channels that they follow.
func (q Queries) HomeIDs(ctx context.Context, viewer store.UserID, p store.NotePage) ([]store.NoteID, error) {
	return q.mergedIDs(ctx, "reading a home timeline", p, homeStreams, viewer)
}

const localCondition = "n.visibility = 'public' AND n.channel_id IS NULL AND n.user_host = ''"

// LocalIDs are public notes by local authors outside community channels.
func (q Queries) LocalIDs(ctx context.Context, p store.NotePage) ([]store.NoteID, error) {
	return q.noteIDs(ctx, "reading the local timeline", p, localCondition)
}

// HybridIDs are what HomeIDs and LocalIDs have.
func (q Queries) HybridIDs(ctx context.Context, viewer store.UserID, p store.NotePage) ([]store.NoteID, error) {
	home, err := q.HomeIDs(ctx, viewer, p)
	if err != nil {
		return nil, err
	}
	local, err := q.LocalIDs(ctx, p)
	if err != nil {
		return nil, err
	}
	return firstOf(p.Page, home, local), nil
}

// GlobalIDs are public notes outside community channels.
func (q Queries) GlobalIDs(ctx context.Context, p store.NotePage) ([]store.NoteID, error) {
	return q.noteIDs(ctx, "reading the global timeline", p, "n.visibility = 'public' AND n.channel_id IS NULL")
}

// MentionIDs are notes that mention the viewer or name them as visible user.
func (q Queries) MentionIDs(ctx context.Context, viewer store.UserID, p store.MentionPage) ([]store.NoteID, error) {
	condition, args := "a.user_id = $1", []any{viewer}
	if p.Following {
		condition += " AND (n.user_id = $1 OR n.user_id IN (SELECT followee_id FROM following WHERE follower_id = $1))"
	}
	if p.Visibility != "" {
		condition += " AND n.visibility = $2"
		args = append(args, p.Visibility)
	}
	return q.joinedIDs(ctx, "reading mentions", p.Page, "note_addressee a", condition, args...)
}

// UserNoteIDs are a user's notes. Other than elsewhere, most of what the caller
// would drop is dropped here: one account may have nothing but notes to its
// followers, or answers to others, and anybody may ask for what is left.
func (q Queries) UserNoteIDs(ctx context.Context, user store.UserID, p store.UserNotePage) ([]store.NoteID, error) {
	condition, args := "n.user_id = $1", []any{user}
	switch p.Viewer {
	case user:
	case "":
		condition += " AND n.visibility IN ('public', 'home')"
	default:
		condition += ` AND (n.visibility IN ('public', 'home') OR n.reply_user_id = $2
			OR n.visibility = 'followers' AND EXISTS (SELECT 1 FROM following WHERE follower_id = $2 AND followee_id = $1)
			OR EXISTS (SELECT 1 FROM note_addressee a WHERE a.user_id = $2 AND a.note_id = n.id))`
		args = append(args, p.Viewer)
	}
	if p.WithoutReplies {
		condition += " AND (n.reply_id IS NULL OR n.reply_user_id = n.user_id)"
	}
	if p.WithoutRenotes {
		condition += " AND NOT (n.renote_id IS NOT NULL AND " + pureRenote + ")"
	}
	switch {
	case p.WithoutChannelNotes:
		condition += " AND n.channel_id IS NULL"
	case p.Viewer != user: // notes in sensitive channels are listed for their author alone
		condition += " AND (n.channel_id IS NULL OR NOT EXISTS (SELECT 1 FROM community_channel c WHERE c.id = n.channel_id AND c.is_sensitive))"
	}
	return q.noteIDs(ctx, "reading a user's notes", p.NotePage, condition, args...)
}

// ListNoteIDs are the notes of a list's members outside community channels.
func (q Queries) ListNoteIDs(ctx context.Context, list string, p store.NotePage) ([]store.NoteID, error) {
	return q.mergedIDs(ctx, "reading a list's timeline", p, listStreams, list)
}

// ChannelNoteIDs are the notes in a community channel.
func (q Queries) ChannelNoteIDs(ctx context.Context, channel string, p store.NotePage) ([]store.NoteID, error) {
	return q.noteIDs(ctx, "reading a channel's timeline", p, "n.channel_id = $1", channel)
}

// TagNoteIDs are the notes with a hashtag, in lower case and without '#'.
func (q Queries) TagNoteIDs(ctx context.Context, tag string, p store.NotePage) ([]store.NoteID, error) {
	condition := "a.tag = $1"
	if p.WithFiles {
		condition += " AND " + hasFiles
	}
	return q.joinedIDs(ctx, "reading a hashtag's notes", p.Page, "note_tag a", condition, tag)
}

// ReplyIDs are the replies to a note.
func (q Queries) ReplyIDs(ctx context.Context, note store.NoteID, p store.NotePage) ([]store.NoteID, error) {
	return q.noteIDs(ctx, "reading replies", p, "n.reply_id = $1", note)
}

// RenoteIDs are the renotes and quotes of a note.
func (q Queries) RenoteIDs(ctx context.Context, note store.NoteID, p store.NotePage) ([]store.NoteID, error) {
	return q.noteIDs(ctx, "reading renotes", p, "n.renote_id = $1", note)
}

// noteIDs reads one page of note ids. The condition is about the table n.
func (q Queries) noteIDs(ctx context.Context, doing string, p store.NotePage, condition string, args ...any) ([]store.NoteID, error) {
	if p.WithFiles {
		condition += " AND " + hasFiles
	}
	return queryPage(ctx, q.q, doing, scanText[store.NoteID], p.Page, "n.id", "SELECT n.id FROM note n WHERE "+condition+" AND "+byNobodySuspended, args...)
}

// hasFiles is a condition on notes n. The indexes of notes with files have the
// same one.
const hasFiles = "n.file_ids <> '[]'"

// joinedIDs reads one page of ids from a table a that has a row, with note_id, for
// each note of many lists. It is walked in the order of that column, which is in
// its key behind what the condition fixes: as a set of ids, everything that was
// ever in the list would be read for each page.
func (q Queries) joinedIDs(ctx context.Context, doing string, p store.Page, table, condition string, args ...any) ([]store.NoteID, error) {
	return queryPage(ctx, q.q, doing, scanText[store.NoteID], p, "a.note_id",
		"SELECT a.note_id FROM "+table+" JOIN note n ON n.id = a.note_id WHERE "+condition+" AND "+byNobodySuspended, args...)
}

// firstOf are the ids that come first on a page that several lists have together,
// each once. Each list has what comes first on its own.
func firstOf(p store.Page, lists ...[]store.NoteID) []store.NoteID {
	ids := slices.Concat(lists...)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if !p.Ascending() {
		slices.Reverse(ids)
	}
	return ids[:min(len(ids), p.Limit)]
}
