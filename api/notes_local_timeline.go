package api

import (
	"context"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// notesLocalTimeline answers public notes of local users, by the rules of the
// channel localTimeline.
func notesLocalTimeline() endpoint {
	return define(meta{
		name: "notes/local-timeline",
		params: schema.Object(append(timelineFields("withFiles", "withRenotes", "withReplies", "allowPartial"),
			datedPageFields()...)...),
		errors: []*Error{errLocalRepliesAndFiles},
	}, func(ctx context.Context, c *Call, p timelineParams) ([]protocol.Note, error) {
		if p.WithReplies && p.WithFiles {
			return nil, errLocalRepliesAndFiles
		}
		return c.timeline(ctx, p.page(), c.Store().LocalIDs, func(v visibility.Viewer, f *store.NoteFacts) bool {
			return visibility.Local(v, f, p.rules())
		})
	})
}
