package notes

import (
	"context"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/store"
)

type voteParams struct {
	NoteID store.NoteID `json:"noteId"`
	Choice int          `json:"choice"`
}

// notesPollsVote votes for one choice of a note's poll.
func notesPollsVote() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "notes/polls/vote", Credential: true, Permission: "write:votes",
		Params: schema.Object(schema.Prop("noteId", schema.ID()), schema.Prop("choice", schema.Integer())).Require("noteId", "choice"),
		Errors: []*endpoint.Error{errNoSuchPollNote, errNoPoll, errInvalidChoice, errAlreadyVoted, errPollOver, errBlockedFromVote},
	}, func(ctx context.Context, c *endpoint.Call, p voteParams) (endpoint.Nothing, error) {
		return endpoint.Nothing{}, c.Vote(ctx, p.NoteID, p.Choice)
	})
}
