package relational

import (
	"context"
	"fmt"

	"notewire/store"
)

const reactionColumns = "id, created_at, note_id, user_id, reaction"

func scanReaction(r Row) (*store.Reaction, error) {
	re := new(store.Reaction)
	return re, r.Scan(&re.ID, asTime{&re.CreatedAt}, &re.NoteID, &re.UserID, &re.Reaction)
}

// Reaction is a user's reaction to a note.
func (q Queries) Reaction(ctx context.Context, note store.NoteID, user store.UserID) (*store.Reaction, error) {
	return queryOne(ctx, q.q, "reading a reaction", scanReaction,
		"SELECT "+reactionColumns+" FROM reaction WHERE note_id = $1 AND user_id = $2", note, user)
}

// Reactions are the reactions to a note; reaction, if it is not empty, picks
// one kind, as stored.
func (q Queries) Reactions(ctx context.Context, note store.NoteID, reaction string, p store.Page) ([]*store.Reaction, error) {
	const sql = "SELECT " + reactionColumns + " FROM reaction WHERE note_id = $1"
	if reaction == "" {
		return queryPage(ctx, q.q, "listing reactions", scanReaction, p, "id", sql, note)
	}
	return queryPage(ctx, q.q, "listing reactions", scanReaction, p, "id", sql+" AND reaction = $2", note, reaction)
}

// MyReactions is how a user reacted to each of the notes, as stored. Notes
// without a reaction of the user are not in the map; no user has none.
func (q Queries) MyReactions(ctx context.Context, user store.UserID, notes []store.NoteID) (map[store.NoteID]string, error) {
	if user == "" || len(notes) == 0 {
		return nil, nil
	}
	found, err := queryAll(ctx, q.q, "reading a user's reactions", scanReaction,
		"SELECT "+reactionColumns+" FROM reaction WHERE user_id = $1 AND "+q.d.In("note_id", 2), user, q.array(toStrings(notes)))
	if err != nil {
		return nil, err
	}
	m := make(map[store.NoteID]string, len(found))
	for _, r := range found {
		m[r.NoteID] = r.Reaction
	}
	return m, nil
}

// CreateReaction writes a reaction and counts it at the note. A user who has
// reacted already gets store.ErrConflict; a note that is gone,
// store.ErrNotFound.
func (tx *Tx) CreateReaction(ctx context.Context, r *store.Reaction) error {
	counts, err := tx.lockReactions(ctx, r.NoteID)
	if err != nil {
		return err
	}
	err = insertNew(ctx, tx.q, "creating a reaction", "reaction",
		"INSERT INTO reaction ("+reactionColumns+") VALUES ($1, $2, $3, $4, $5)",
		r.ID, millis(r.CreatedAt), r.NoteID, r.UserID, r.Reaction)
	if err != nil {
		return err
	}
	counts[r.Reaction]++
	return tx.writeReactions(ctx, r.NoteID, counts)
}

// DeleteReaction removes a user's reaction, takes it back from the note's
// counts and answers what it was.
func (tx *Tx) DeleteReaction(ctx context.Context, note store.NoteID, user store.UserID) (*store.Reaction, error) {
	counts, err := tx.lockReactions(ctx, note)
	if err != nil {
		return nil, err
	}
	r, err := queryOne(ctx, tx.q, "deleting a reaction", scanReaction,
		"DELETE FROM reaction WHERE note_id = $1 AND user_id = $2 RETURNING "+reactionColumns, note, user)
	if err != nil {
		return nil, err
	}
	if counts[r.Reaction]--; counts[r.Reaction] <= 0 {
		delete(counts, r.Reaction)
	}
	return r, tx.writeReactions(ctx, note, counts)
}

// lockReactions reads the counts of a note under a lock, so that reactions at
// the same time wait for each other and none is lost.
func (tx *Tx) lockReactions(ctx context.Context, note store.NoteID) (map[string]int, error) {
	counts := map[string]int{}
	err := tx.q.QueryRow(ctx, "SELECT reactions FROM note WHERE id = $1"+tx.d.ForUpdate(), note).Scan(asJSON(&counts))
	if err != nil {
		return nil, fmt.Errorf("locking a note's reactions: %w", err)
	}
	return counts, nil
}

func (tx *Tx) writeReactions(ctx context.Context, note store.NoteID, counts map[string]int) error {
	return execExisting(ctx, tx.q, "counting reactions", "UPDATE note SET reactions = $2 WHERE id = $1", note, jsonText(counts))
}
