package relational

import (
	"context"
	"errors"
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
	votes, err := queryAll(ctx, q.q, "reading votes", func(r Row) (v store.Vote, err error) {
		err = r.Scan(&v.NoteID, &v.Choice)
		return v, err
	}, "SELECT note_id, choice FROM poll_vote WHERE user_id = $1 AND "+q.d.In("note_id", 2)+" ORDER BY id", user, q.array(toStrings(notes)))
	if err != nil {
		return nil, err
	}
	m := map[store.NoteID][]int{}
	for _, v := range votes {
		m[v.NoteID] = append(m[v.NoteID], v.Choice)
	}
	return m, nil
}

// VoterIDs are the users who voted in a note's poll, limit of them at most
// (0: all), in the order of their ids, those above after.
func (q Queries) VoterIDs(ctx context.Context, note store.NoteID, after store.UserID, limit int) ([]store.UserID, error) {
	sql, args := "SELECT DISTINCT user_id FROM poll_vote WHERE note_id = $1 AND user_id > $2 ORDER BY user_id", []any{note, after}
	if limit > 0 {
		sql, args = sql+" LIMIT $3", append(args, limit)
	}
	return queryAll(ctx, q.q, "reading voters", scanText[store.UserID], sql, args...)
}

// NextPollEnd is the poll that ends first of those whose end was not told (see
// EndPoll), and when, which may have been already; those of the notes except
// do not count. Empty and zero: none does.
func (q Queries) NextPollEnd(ctx context.Context, except []store.NoteID) (note store.NoteID, at time.Time, err error) {
	err = q.q.QueryRow(ctx, "SELECT note_id, expires_at FROM poll WHERE expires_at > 0 AND NOT ended AND NOT ("+q.d.In("note_id", 1)+
		") ORDER BY expires_at LIMIT 1", q.array(toStrings(except))).Scan(&note, asTime{&at})
	if errors.Is(err, store.ErrNotFound) {
		return "", time.Time{}, nil
	}
	if err != nil {
		return "", time.Time{}, fmt.Errorf("reading the next end of a poll: %w", err)
	}
	return note, at, nil
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
	err = insertNew(ctx, tx.q, "creating a vote", "poll_vote",
		"INSERT INTO poll_vote (id, created_at, note_id, user_id, choice) VALUES ($1, $2, $3, $4, $5)",
		v.ID, millis(v.CreatedAt), v.NoteID, v.UserID, v.Choice)
	if err != nil {
		return err
	}
	counts[v.Choice]++
	return execExisting(ctx, tx.q, "counting votes", "UPDATE poll SET votes = $2 WHERE note_id = $1", v.NoteID, jsonList(counts))
}

// LockPollEnd keeps everybody else from voting in a poll and from telling of
// its end until the transaction ends. It says whether there is anything to
// tell: false if the note is gone or EndPoll was called.
func (tx *Tx) LockPollEnd(ctx context.Context, note store.NoteID) (bool, error) {
	// The note, as everybody does: whoever tells of the end writes rows that
	// refer to the note, while a late vote has the note and wants the poll.
	if err := tx.lockNotes(ctx, []store.NoteID{note}); err != nil {
		return false, err
	}
	n, err := queryOne(ctx, tx.q, "looking whether the end of a poll was told", scanInt,
		"SELECT count(*) FROM poll WHERE note_id = $1 AND NOT ended", note)
	return n > 0, err
}

// EndPoll notes that the end of a poll was told: events and notifications of it
// were written. A note without a poll is store.ErrNotFound.
func (tx *Tx) EndPoll(ctx context.Context, note store.NoteID) error {
	return execExisting(ctx, tx.q, "ending a poll", "UPDATE poll SET ended = TRUE WHERE note_id = $1", note)
}
