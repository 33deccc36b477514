package action

import (
	"context"
	"errors"
	"fmt"
	"notewire/protocol"
	"notewire/store"
)

// Vote votes for one choice of a note's poll, counted from 0. It fails with
// ErrNoSuchNote, ErrNoPoll, ErrBlocked, ErrPollOver, ErrNoSuchChoice or
// ErrAlreadyVoted.
func (a *Actor) Vote(ctx context.Context, id store.NoteID, choice int) error {
	n, err := a.SeenNote(ctx, id)
	if err != nil {
		return err
	}
	blocked, err := a.blockedBy(ctx, n.UserID)
	switch {
	case err != nil:
		return err
	case n.Poll == nil:
		return ErrNoPoll
	case blocked:
		return ErrBlocked
	case !n.Poll.ExpiresAt.IsZero() && !n.Poll.ExpiresAt.After(a.Now):
		return ErrPollOver
	case choice < 0 || choice >= len(n.Poll.Choices):
		return ErrNoSuchChoice
	}
	return a.transact(ctx, func(ctx context.Context, w *work) error {
		vote := &store.Vote{ID: a.newID(), NoteID: n.ID, UserID: a.ViewerID(), Choice: choice, CreatedAt: a.Now}
		err := w.CreateVote(ctx, vote)
		switch {
		case errors.Is(err, store.ErrConflict):
			return ErrAlreadyVoted
		case errors.Is(err, store.ErrNotFound): // deleted meanwhile
			return ErrNoSuchNote
		case err != nil:
			return fmt.Errorf("writing a vote: %w", err)
		}
		return w.emitNoteChange(ctx, n, store.NotePollVoted, vote.UserID, protocol.PollVoted{Choice: vote.Choice, UserID: vote.UserID})
	})
}
