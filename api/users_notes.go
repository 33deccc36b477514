package api

import (
	"context"
	"errors"
	"fmt"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

type userNotesParams struct {
	timelineParams
	UserID           store.UserID `json:"userId"`
	WithChannelNotes bool         `json:"withChannelNotes"`
}

// usersNotes answers a user's notes as their profile shows them. Muting the
// user hides nothing there, since one has to go there to see it; muting others
// hides what is renoted or replied to.
func usersNotes() endpoint {
	fields := append([]schema.Property{schema.Prop("userId", schema.ID())}, timelineFields("withReplies", "withRenotes")...)
	fields = append(fields, schema.Prop("withChannelNotes", schema.Boolean().Default(false)))
	fields = append(append(fields, datedPageFields()...), timelineFields("allowPartial", "withFiles")...)
	return define(meta{
		name: "users/notes", params: schema.Object(fields...).Require("userId"),
		errors: []*Error{errNoNotesOfUser, errUserRepliesAndFiles},
	}, func(ctx context.Context, c *Call, p userNotesParams) ([]protocol.Note, error) {
		if p.WithReplies && p.WithFiles {
			return nil, errUserRepliesAndFiles
		}
		if _, err := c.Store().User(ctx, p.UserID); errors.Is(err, store.ErrNotFound) {
			return nil, errNoNotesOfUser
		} else if err != nil {
			return nil, fmt.Errorf("looking up a user: %w", err)
		}
		return c.timeline(ctx, p.timelineParams.page(), func(ctx context.Context, page store.NotePage) ([]store.NoteID, error) {
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
