package api

import (
	"context"
	"errors"
	"fmt"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

type voteParams struct {
	NoteID store.NoteID `json:"noteId"`
	Choice int          `json:"choice"`
}

// notesPollsVote votes for one choice of a note's poll.
func notesPollsVote() endpoint {
	return define(meta{
		name: "notes/polls/vote", credential: true, permission: "write:votes",
		params: schema.Object(schema.Prop("noteId", schema.ID()), schema.Prop("choice", schema.Integer())).Require("noteId", "choice"),
		errors: []*Error{errNoSuchPollNote, errNoPoll, errInvalidChoice, errAlreadyVoted, errPollOver, errBlockedFromVote},
	}, func(ctx context.Context, c *Call, p voteParams) (nothing, error) {
		n, err := c.seenNote(ctx, p.NoteID, errNoSuchPollNote)
		if err != nil {
			return nothing{}, err
		}
		blocked, err := c.blockedBy(ctx, n.UserID)
		switch {
		case err != nil:
			return nothing{}, err
		case n.Poll == nil:
			return nothing{}, errNoPoll
		case blocked:
			return nothing{}, errBlockedFromVote
		case !n.Poll.ExpiresAt.IsZero() && !n.Poll.ExpiresAt.After(c.Now):
			return nothing{}, errPollOver
		case p.Choice < 0 || p.Choice >= len(n.Poll.Choices):
			return nothing{}, errInvalidChoice
		}
		return nothing{}, c.Transact(ctx, func(ctx context.Context, w *Work) error {
			vote := &store.Vote{ID: c.NewID(), NoteID: n.ID, UserID: c.ViewerID(), Choice: p.Choice, CreatedAt: c.Now}
			err := w.CreateVote(ctx, vote)
			switch {
			case errors.Is(err, store.ErrConflict):
				return errAlreadyVoted
			case errors.Is(err, store.ErrNotFound): // deleted meanwhile
				return errNoSuchPollNote
			case err != nil:
				return fmt.Errorf("writing a vote: %w", err)
			}
			return w.EmitNoteChange(ctx, n, store.NotePollVoted, vote.UserID, protocol.PollVoted{Choice: vote.Choice, UserID: vote.UserID})
		})
	})
}
