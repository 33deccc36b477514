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

type listTimelineParams struct {
	timelineParams
	ListID string `json:"listId"`
}

// notesUserListTimeline answers the notes of the members of one of the viewer's
// own lists, by the rules of the channel userList.
func notesUserListTimeline() endpoint {
	fields := append([]schema.Property{schema.Prop("listId", schema.ID())}, datedPageFields()...)
	return define(meta{
		name: "notes/user-list-timeline", credential: true, permission: "read:account",
		params: schema.Object(append(fields, timelineFields(
			"allowPartial", "includeMyRenotes", "includeRenotedMyNotes", "includeLocalRenotes", "withRenotes", "withFiles")...)...).Require("listId"),
		errors: []*Error{errNoTimelineOfList},
	}, func(ctx context.Context, c *Call, p listTimelineParams) ([]protocol.Note, error) {
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
		return c.timeline(ctx, p.timelineParams.page(), func(ctx context.Context, page store.NotePage) ([]store.NoteID, error) {
			return c.Store().ListNoteIDs(ctx, list.ID, page)
		}, func(v visibility.Viewer, f *store.NoteFacts) bool {
			replies, member := withReplies[f.UserID]
			return member && visibility.List(v, f, p.rules(), replies) && p.includes(c.ViewerID(), f)
		})
	})
}
