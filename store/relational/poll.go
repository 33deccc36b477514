package relational

import (
	"context"
	"fmt"
	"time"

	"notewire/store"
)

// MyVotes is what a user voted for in each of the notes, in the order of the
// votes. Notes without a vote of the user are not in the map; no user has none.
func (q Queries) MyVotes(ctx context.Context, user store.UserID, notes []store.NoteID) (map[store.NoteID][]int, error) {
	if user == "" || len(notes) == 0 {
		return nil, nil
	}
	votes, err := collect(ctx, q.q, "reading votes", func(r Row) (v store.Vote, err error) {
		err = r.Scan(&v.NoteID, &v.Choice)
		return v, err
	}, "SELECT note_id, choice FROM poll_vote WHERE user_id = $1 AND "+q.d.In("note_id", 2)+" ORDER BY id", user, q.array(plain(notes)))
	if err != nil {
		return nil, err
	}
	m := map[store.NoteID][]int{}
	for _, v := range votes {
		m[v.NoteID] = append(m[v.NoteID], v.Choice)
	}
	return m, nil
}

// VoterIDs are the users who voted in a note's poll.
func (q Queries) VoterIDs(ctx context.Context, note store.NoteID) ([]store.UserID, error) {
	return collect(ctx, q.q, "reading voters", scanText[store.UserID],
		"SELECT DISTINCT user_id FROM poll_vote WHERE note_id = $1 ORDER BY user_id", note)
}

// NextPollEnd is when the first of all polls ends whose end TakeEndedPolls has
// not answered, which may have been already; zero: none does.
func (q Queries) NextPollEnd(ctx context.Context) (time.Time, error) {
	return one(ctx, q.q, "reading the next end of a poll", scanTime,
		"SELECT coalesce(min(expires_at), 0) FROM poll WHERE expires_at > 0 AND NOT ended")
}

// CreateVote writes a vote and counts it. A second vote for the same choice,
// or any second one where only one is allowed, is store.ErrConflict; a note
// without a poll, or a choice that it does not have, store.ErrNotFound.
// Whether the poll is over is the caller's to know.
func (tx *Tx) CreateVote(ctx context.Context, v *store.Vote) error {
	// The note first, as everybody does; then nobody else votes.
	if err := tx.lockNotes(ctx, []store.NoteID{v.NoteID}); err != nil {
		return err
	}
	var (
		counts   []int
		multiple bool
	)
	err := tx.q.QueryRow(ctx, "SELECT votes, multiple FROM poll WHERE note_id = $1"+tx.d.ForUpdate(), v.NoteID).Scan(asJSON(&counts), &multiple)
	if err != nil {
		return fmt.Errorf("locking a poll: %w", err)
	}
	if v.Choice < 0 || v.Choice >= len(counts) {
		return fmt.Errorf("voting for choice %d of %d: %w", v.Choice, len(counts), store.ErrNotFound)
	}
	if !multiple {
		before, err := tx.MyVotes(ctx, v.UserID, []store.NoteID{v.NoteID})
		if err != nil {
			return err
		}
		if len(before) > 0 {
			return fmt.Errorf("voting again: %w", store.ErrConflict)
		}
	}
	err = insert(ctx, tx.q, "creating a vote",
		"INSERT INTO poll_vote (id, created_at, note_id, user_id, choice) VALUES ($1, $2, $3, $4, $5)",
		v.ID, ms(v.CreatedAt), v.NoteID, v.UserID, v.Choice)
	if err != nil {
		return err
	}
	counts[v.Choice]++
	return must(ctx, tx.q, "counting votes", "UPDATE poll SET votes = $2 WHERE note_id = $1", v.NoteID, list(counts))
}

// TakeEndedPolls marks polls that ended by now as told, and answers their
// notes. Each is answered once, whichever node asks.
func (tx *Tx) TakeEndedPolls(ctx context.Context, now time.Time, limit int) ([]store.NoteID, error) {
	ids, err := collect(ctx, tx.q, "reading ended polls", scanText[store.NoteID],
		"SELECT note_id FROM poll WHERE expires_at > 0 AND expires_at <= $1 AND NOT ended ORDER BY expires_at LIMIT $2", ms(now), limit)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	// The notes first, as everybody does: whoever tells of the end writes rows
	// that refer to the note, while a late vote has the note and wants the poll.
	if err := tx.lockNotes(ctx, ids); err != nil {
		return nil, err
	}
	return collect(ctx, tx.q, "taking ended polls", scanText[store.NoteID],
		"UPDATE poll SET ended = TRUE WHERE "+tx.d.In("note_id", 1)+" AND NOT ended RETURNING note_id", tx.d.Array(plain(ids)))
}
