package users

import (
	"context"
	"errors"
	"fmt"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

var (
	errUserRepliesAndFiles = endpoint.ClientError("Specifying both withReplies and withFiles is not supported", "BOTH_WITH_REPLIES_AND_WITH_FILES", "91c8cb9f-36ed-46e7-9ca2-7df96ed6e222")
	errNoNotesOfUser       = endpoint.ClientError("No such user.", "NO_SUCH_USER", "27e494ba-2ac2-48e8-893b-10d4d8c2387b")
)

type userNotesParams struct {
	endpoint.TimelineParams
	UserID           store.UserID `json:"userId"`
	WithChannelNotes bool         `json:"withChannelNotes"`
}

// usersNotes answers a user's notes as their profile shows them. Muting the
// user hides nothing there, since one has to go there to see it; muting others
// hides what is renoted or replied to.
func usersNotes() endpoint.Endpoint {
	fields := append([]schema.Property{schema.Prop("userId", schema.ID())}, endpoint.TimelineFields("withReplies", "withRenotes")...)
	fields = append(fields, schema.Prop("withChannelNotes", schema.Boolean().Default(false)))
	fields = append(append(fields, endpoint.DatedPageFields()...), endpoint.TimelineFields("allowPartial", "withFiles")...)
	return endpoint.Define(endpoint.Meta{
		Name: "users/notes", Params: schema.Object(fields...).Require("userId"),
		Errors: []*endpoint.Error{errNoNotesOfUser, errUserRepliesAndFiles},
	}, func(ctx context.Context, c *endpoint.Call, p userNotesParams) ([]protocol.Note, error) {
		if p.WithReplies && p.WithFiles {
			return nil, errUserRepliesAndFiles
		}
		if _, err := c.Store().User(ctx, p.UserID); errors.Is(err, store.ErrNotFound) {
			return nil, errNoNotesOfUser
		} else if err != nil {
			return nil, fmt.Errorf("looking up a user: %w", err)
		}
		return c.Timeline(ctx, p.NotePage(), func(ctx context.Context, page store.NotePage) ([]store.NoteID, error) {
			return c.Store().UserNoteIDs(ctx, p.UserID, store.UserNotePage{NotePage: page, Viewer: c.ViewerID(),
				WithoutReplies: !p.WithReplies, WithoutRenotes: !p.WithRenotes, WithoutChannelNotes: !p.WithChannelNotes})
		}, p.keeps)
	})
}

// keeps is the rule of a profile. The store has dropped most of what it drops,
// so that an account with few notes for the viewer is not searched for them.
func (p *userNotesParams) keeps(v visibility.Viewer, f *store.NoteFacts) bool {
	return visibility.Profile(v, f, visibility.ProfileParams{
		WithReplies: p.WithReplies, WithRenotes: p.WithRenotes, WithChannelNotes: p.WithChannelNotes,
	})
}
