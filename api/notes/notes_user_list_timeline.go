package notes

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

type listTimelineParams struct {
	endpoint.TimelineParams
	ListID string `json:"listId"`
}

// notesUserListTimeline answers the notes of the members of one of the viewer's
// own lists, by the rules of the channel userList.
func notesUserListTimeline() endpoint.Endpoint {
	fields := append([]schema.Property{schema.Prop("listId", schema.ID())}, endpoint.DatedPageFields()...)
	return endpoint.Define(endpoint.Meta{
		Name: "notes/user-list-timeline", Credential: true, Permission: "read:account",
		Params: schema.Object(append(fields, endpoint.TimelineFields(
			"allowPartial", "includeMyRenotes", "includeRenotedMyNotes", "includeLocalRenotes", "withRenotes", "withFiles")...)...).Require("listId"),
		Errors: []*endpoint.Error{errNoTimelineOfList},
	}, func(ctx context.Context, c *endpoint.Call, p listTimelineParams) ([]protocol.Note, error) {
		list, err := c.Store().List(ctx, p.ListID)
		if errors.Is(err, store.ErrNotFound) || err == nil && list.UserID != c.ViewerID() {
			return nil, errNoTimelineOfList
		}
		if err != nil {
			return nil, fmt.Errorf("looking up a list: %w", err)
		}
		members, err := c.Store().ListMembers(ctx, list.ID)
		if err != nil {
			return nil, fmt.Errorf("looking up a list's members: %w", err)
		}
		withReplies := make(map[store.UserID]bool, len(members))
		for _, m := range members {
			withReplies[m.UserID] = m.WithReplies
		}
		return c.Timeline(ctx, p.NotePage(), func(ctx context.Context, page store.NotePage) ([]store.NoteID, error) {
			return c.Store().ListNoteIDs(ctx, list.ID, page)
		}, func(v visibility.Viewer, f *store.NoteFacts) bool {
			replies, member := withReplies[f.UserID]
			return member && visibility.List(v, f, rules(&p.TimelineParams), replies) && includes(&p.TimelineParams, c.ViewerID(), f)
		})
	})
}
