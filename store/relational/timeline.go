package relational

import (
	"context"

	"notewire/store"
)

// The methods of this file answer candidates: ids of notes, newest first (or
// oldest first, see store.Page), that a timeline may show. Notes of suspended
// authors are left out; who may see the others is for store/visibility, so a
// caller asks for more than it needs, filters, and goes on after the last id
// until its own list is full.

// HomeIDs are the viewer's own notes, those of whom they follow, and those in
// community channels that they follow.
//
// What it costs, for 40 ids: PostgreSQL walks all notes from the newest until
// the page is full (0.7 ms where one author in 25 is followed, 25 ms where 100,000 notes have
// to be passed); SQLite reads the ids of all notes of everybody followed and
// sorts them (10 ms for 4,000).
func (q Queries) HomeIDs(ctx context.Context, viewer store.UserID, p store.NotePage) ([]store.NoteID, error) {
	return q.noteIDs(ctx, "reading a home timeline", p, homeCondition, viewer)
}

const homeCondition = `(n.channel_id IS NULL AND (n.user_id = $1 OR n.user_id IN (SELECT followee_id FROM following WHERE follower_id = $1))
	OR n.channel_id IN (SELECT channel_id FROM community_channel_following WHERE user_id = $1))`

const localCondition = "n.visibility = 'public' AND n.channel_id IS NULL AND n.user_host = ''"

// LocalIDs are public notes by local authors outside community channels.
func (q Queries) LocalIDs(ctx context.Context, p store.NotePage) ([]store.NoteID, error) {
	return q.noteIDs(ctx, "reading the local timeline", p, localCondition)
}

// HybridIDs are what HomeIDs and LocalIDs have.
func (q Queries) HybridIDs(ctx context.Context, viewer store.UserID, p store.NotePage) ([]store.NoteID, error) {
	return q.noteIDs(ctx, "reading a hybrid timeline", p, "("+homeCondition+" OR "+localCondition+")", viewer)
}

// GlobalIDs are public notes outside community channels.
func (q Queries) GlobalIDs(ctx context.Context, p store.NotePage) ([]store.NoteID, error) {
	return q.noteIDs(ctx, "reading the global timeline", p, "n.visibility = 'public' AND n.channel_id IS NULL")
}

// MentionIDs are notes that mention the viewer or name them as visible user.
func (q Queries) MentionIDs(ctx context.Context, viewer store.UserID, p store.MentionPage) ([]store.NoteID, error) {
	condition, args := "n.id IN (SELECT note_id FROM note_addressee WHERE user_id = $1)", []any{viewer}
	if p.Following {
		condition += " AND (n.user_id = $1 OR n.user_id IN (SELECT followee_id FROM following WHERE follower_id = $1))"
	}
	if p.Visibility != "" {
		condition += " AND n.visibility = $2"
		args = append(args, p.Visibility)
	}
	return q.noteIDs(ctx, "reading mentions", store.NotePage{Page: p.Page}, condition, args...)
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
	return q.noteIDs(ctx, "reading a list's timeline", p,
		"n.channel_id IS NULL AND n.user_id IN (SELECT user_id FROM user_list_member WHERE list_id = $1)", list)
}

// ChannelNoteIDs are the notes in a community channel.
func (q Queries) ChannelNoteIDs(ctx context.Context, channel string, p store.NotePage) ([]store.NoteID, error) {
	return q.noteIDs(ctx, "reading a channel's timeline", p, "n.channel_id = $1", channel)
}

// TagNoteIDs are the notes with a hashtag, in lower case and without '#'.
func (q Queries) TagNoteIDs(ctx context.Context, tag string, p store.NotePage) ([]store.NoteID, error) {
	return q.noteIDs(ctx, "reading a hashtag's notes", p, "n.id IN (SELECT note_id FROM note_tag WHERE tag = $1)", tag)
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
		condition += " AND n.file_ids <> '[]'"
	}
	return queryPage(ctx, q.q, doing, scanText[store.NoteID], p.Page, "n.id", "SELECT n.id FROM note n WHERE "+condition+" AND "+byNobodySuspended, args...)
}
