package relational

import (
	"context"
	"fmt"
	"slices"

	"notewire/store"
)

// DeleteNotes deletes notes and the pure renotes of them, takes back what they
// were counted at, and answers what it deleted, oldest first: each is one
// deletion to tell of. Replies and quotes stay. Notes that are gone already
// are passed over; if all are, that is store.ErrNotFound.
func (tx *Tx) DeleteNotes(ctx context.Context, ids ...store.NoteID) ([]*store.Note, error) {
	// What a note answers never changes, so it may be read before it is locked.
	notes, err := tx.Notes(ctx, ids)
	if err != nil {
		return nil, err
	}
	lock := slices.Clone(ids)
	for _, n := range notes {
		lock = append(lock, n.ReplyID, n.RenoteID)
	}
	if err := tx.lockNotes(ctx, lock); err != nil {
		return nil, err
	}
	// Who renotes locks the note first, so from here on there are no new
	// renotes, and nobody else deletes.
	if notes, err = tx.Notes(ctx, ids); err != nil {
		return nil, err
	}
	renotes, err := queryAll(ctx, tx.q, "reading renotes", scanNote,
		"SELECT "+noteColumns+" FROM "+noteFrom+" WHERE "+tx.d.In("n.renote_id", 1)+" AND "+pureRenote, tx.array(toStrings(ids)))
	if err != nil {
		return nil, err
	}
	doomed := map[store.NoteID]*store.Note{}
	for _, n := range append(notes, renotes...) {
		doomed[n.ID] = n
	}

	// RETURNING tells what this transaction deleted: a renote may have been
	// deleted by itself meanwhile.
	all := make([]store.NoteID, 0, len(doomed))
	for id := range doomed {
		all = append(all, id)
	}
	gone, err := queryAll(ctx, tx.q, "deleting notes", scanText[store.NoteID],
		"DELETE FROM note WHERE "+tx.d.In("id", 1)+" RETURNING id", tx.array(toStrings(distinct(all))))
	if err != nil {
		return nil, err
	}
	if len(gone) == 0 {
		return nil, fmt.Errorf("deleting notes: %w", store.ErrNotFound)
	}
	deleted := make([]*store.Note, 0, len(gone))
	for _, id := range distinct(gone) {
		deleted = append(deleted, doomed[id])
	}
	return deleted, tx.uncount(ctx, deleted)
}

// uncount takes deleted notes back from where they were counted.
func (tx *Tx) uncount(ctx context.Context, deleted []*store.Note) error {
	authors, channels := map[store.UserID]int{}, map[string]int{}
	for _, n := range deleted {
		authors[n.UserID]--
		if n.ChannelID != "" {
			channels[n.ChannelID]--
		}
		for _, id := range distinct([]store.NoteID{n.ReplyID, n.RenoteID}) {
			if _, err := tx.countAnswered(ctx, n, id, -1); err != nil {
				return err
			}
		}
	}
	if err := tx.countUsers(ctx, "notes_count", authors); err != nil {
		return err
	}
	ids := make([]string, 0, len(channels))
	for id := range channels {
		ids = append(ids, id)
	}
	for _, id := range distinct(ids) {
		if _, err := tx.q.Exec(ctx, "UPDATE community_channel SET notes_count = notes_count + $2 WHERE id = $1", id, channels[id]); err != nil {
			return fmt.Errorf("counting a channel's notes: %w", err)
		}
	}
	return nil
}

// lockNotes locks notes in the order of their ids.
func (tx *Tx) lockNotes(ctx context.Context, ids []store.NoteID) error {
	if tx.d.ForUpdate() == "" {
		return nil
	}
	_, err := queryAll(ctx, tx.q, "locking notes", scanText[store.NoteID],
		"SELECT id FROM note WHERE "+tx.d.In("id", 1)+" ORDER BY id"+tx.d.ForUpdate(), tx.array(toStrings(distinct(ids))))
	return err
}
