package relational

import (
	"context"
	"fmt"
	"slices"

	"notewire/store"
)

// noteFrom is what noteColumns are columns of.
const noteFrom = "note n LEFT JOIN poll p ON p.note_id = n.id"

const noteColumns = `n.id, n.created_at, n.user_id, n.user_host, n.text, n.cw, n.visibility, n.local_only,
	n.reaction_acceptance, n.channel_id, n.reply_id, n.reply_user_id, n.renote_id, n.renote_user_id, n.thread_id,
	n.mentions, n.visible_user_ids, n.file_ids, n.tags, n.emojis, n.reactions, n.renote_count, n.replies_count, n.uri, n.url,
	p.choices, p.votes, p.multiple, p.expires_at`

func scanNote(r Row) (*store.Note, error) {
	var (
		n        store.Note
		poll     store.Poll
		multiple *bool
		expires  *int64
	)
	err := r.Scan(&n.ID, asTime{&n.CreatedAt}, &n.UserID, &n.UserHost, &n.Text, &n.CW, &n.Visibility, &n.LocalOnly,
		&n.ReactionAcceptance, asText(&n.ChannelID), asText(&n.ReplyID), asText(&n.ReplyUserID),
		asText(&n.RenoteID), asText(&n.RenoteUserID), &n.ThreadID,
		asJSON(&n.Mentions), asJSON(&n.VisibleUserIDs), asJSON(&n.FileIDs), asJSON(&n.Tags), asJSON(&n.Emojis),
		asJSON(&n.Reactions), &n.RenoteCount, &n.RepliesCount, &n.URI, &n.URL,
		asJSON(&poll.Choices), asJSON(&poll.Votes), &multiple, &expires)
	if err != nil {
		return nil, err
	}
	if multiple != nil && expires != nil {
		poll.Multiple = *multiple
		if err := (asTime{&poll.ExpiresAt}).Scan(*expires); err != nil {
			return nil, err
		}
		n.Poll = &poll
	}
	return &n, nil
}

// Note is the note with the id, without what is around it: see NoteBundles.
func (q Queries) Note(ctx context.Context, id store.NoteID) (*store.Note, error) {
	return queryOne(ctx, q.q, "reading a note", scanNote, "SELECT "+noteColumns+" FROM "+noteFrom+" WHERE n.id = $1", id)
}

// Notes are the notes with the ids, in that order, each once; missing ones are
// left out.
func (q Queries) Notes(ctx context.Context, ids []store.NoteID) ([]*store.Note, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := queryAll(ctx, q.q, "reading notes", scanNote,
		"SELECT "+noteColumns+" FROM "+noteFrom+" WHERE "+q.d.In("n.id", 1), q.array(toStrings(ids)))
	if err != nil {
		return nil, err
	}
	return inOrder(ids, found, func(n *store.Note) store.NoteID { return n.ID }), nil
}

// pureRenote is the condition for Note.IsPureRenote, of the table n.
const pureRenote = `n.text IS NULL AND n.cw IS NULL AND n.file_ids = '[]' AND n.reply_id IS NULL
	AND NOT EXISTS (SELECT 1 FROM poll p WHERE p.note_id = n.id)`

// PureRenoteIDs are one user's pure renotes of a note, the oldest first.
func (q Queries) PureRenoteIDs(ctx context.Context, of store.NoteID, by store.UserID) ([]store.NoteID, error) {
	return queryAll(ctx, q.q, "reading renotes", scanText[store.NoteID],
		"SELECT n.id FROM note n WHERE n.renote_id = $1 AND n.user_id = $2 AND "+pureRenote+" ORDER BY n.id", of, by)
}

// CreateNote writes a note with its poll, and counts it: the replies of what it
// replies to, the renotes of what it renotes unless that is by the same author,
// its author's notes, and its community channel's notes and users. Of n, the
// counts (Reactions, RenoteCount, RepliesCount, Poll.Votes) are not read: they
// begin at zero. ReplyUserID, RenoteUserID and ThreadID are the caller's to
// fill in. store.ErrNotFound says that what it replies to or renotes has been
// deleted meanwhile, or that its author or channel does not exist; the
// transaction is then to be rolled back.
func (tx *Tx) CreateNote(ctx context.Context, n *store.Note) error {
	for _, id := range distinct([]store.NoteID{n.ReplyID, n.RenoteID}) {
		if counted, err := tx.countAnswered(ctx, n, id, +1); err != nil {
			return err
		} else if !counted {
			return fmt.Errorf("creating a note that answers one which is gone: %w", store.ErrNotFound)
		}
	}
	if err := tx.countUsers(ctx, "notes_count", map[store.UserID]int{n.UserID: 1}); err != nil {
		return err
	}
	if n.ChannelID != "" {
		// The author's row is locked, so their first note is counted once.
		if err := execExisting(ctx, tx.q, "counting a channel's notes", `UPDATE community_channel SET
				notes_count = notes_count + 1, last_noted_at = $2,
				users_count = users_count + CASE WHEN EXISTS (SELECT 1 FROM note WHERE channel_id = $1 AND user_id = $3) THEN 0 ELSE 1 END
			WHERE id = $1`, n.ChannelID, millis(n.CreatedAt), n.UserID); err != nil {
			return err
		}
	}
	err := insertNew(ctx, tx.q, "creating a note", "note", `INSERT INTO note (id, created_at, user_id, user_host, text, cw, visibility,
			local_only, reaction_acceptance, channel_id, reply_id, reply_user_id, renote_id, renote_user_id, thread_id,
			mentions, visible_user_ids, file_ids, tags, emojis, reactions, uri, url)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, '{}', $21, $22)`,
		n.ID, millis(n.CreatedAt), n.UserID, n.UserHost, n.Text, n.CW, n.Visibility,
		n.LocalOnly, n.ReactionAcceptance, nullIfEmpty(n.ChannelID), nullIfEmpty(n.ReplyID), nullIfEmpty(n.ReplyUserID),
		nullIfEmpty(n.RenoteID), nullIfEmpty(n.RenoteUserID), n.ThreadID,
		jsonList(n.Mentions), jsonList(n.VisibleUserIDs), jsonList(n.FileIDs), jsonList(n.Tags), jsonList(n.Emojis), n.URI, n.URL)
	if err != nil {
		return err
	}
	if n.Poll != nil {
		if err := insert(ctx, tx.q, "creating a poll",
			"INSERT INTO poll (note_id, choices, votes, multiple, expires_at) VALUES ($1, $2, $3, $4, $5)",
			n.ID, jsonList(n.Poll.Choices), jsonList(make([]int, len(n.Poll.Choices))), n.Poll.Multiple, millis(n.Poll.ExpiresAt)); err != nil {
			return err
		}
	}
	if err := tx.insertPairs(ctx, "note_addressee (note_id, user_id)", string(n.ID), toStrings(slices.Concat(n.Mentions, n.VisibleUserIDs))); err != nil {
		return err
	}
	return tx.insertPairs(ctx, "note_tag (note_id, tag)", string(n.ID), n.Tags)
}

// countAnswered counts n, by one more or less, at the note that it replies to
// or renotes, and says whether that note is there. It locks its row even where
// nothing is counted: a note cannot be deleted while it is being answered.
func (tx *Tx) countAnswered(ctx context.Context, n *store.Note, answered store.NoteID, by int) (bool, error) {
	replies, renotes := 0, 0
	if answered == n.ReplyID {
		replies = by
	}
	if answered == n.RenoteID && n.RenoteUserID != n.UserID {
		renotes = by
	}
	changed, err := tx.q.Exec(ctx,
		"UPDATE note SET replies_count = replies_count + $2, renote_count = renote_count + $3 WHERE id = $1", answered, replies, renotes)
	if err != nil {
		return false, fmt.Errorf("counting at the note that is answered: %w", err)
	}
	return changed > 0, nil
}

// insertPairs writes rows of a note and a text, each once.
func (tx *Tx) insertPairs(ctx context.Context, into, note string, values []string) error {
	values = distinct(values)
	if len(values) == 0 {
		return nil
	}
	s := statement{}
	s.WriteString("INSERT INTO " + into + " VALUES ")
	id := s.arg(note)
	for i, v := range values {
		if i > 0 {
			s.WriteString(", ")
		}
		fmt.Fprintf(&s, "(%s, %s)", id, s.arg(v))
	}
	if _, err := tx.q.Exec(ctx, s.String(), s.args...); err != nil {
		return fmt.Errorf("writing to %s: %w", into, err)
	}
	return nil
}
