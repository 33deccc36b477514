package api

import (
	"context"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// notesHybridTimeline answers what home and local have, by the rules of the
// channel hybridTimeline.
func notesHybridTimeline() endpoint {
	return define(meta{
		name: "notes/hybrid-timeline", credential: true, permission: "read:account",
		params: schema.Object(append(datedPageFields(), timelineFields(
			"allowPartial", "includeMyRenotes", "includeRenotedMyNotes", "includeLocalRenotes", "withFiles", "withRenotes", "withReplies")...)...),
		errors: []*Error{errHybridRepliesAndFiles},
	}, func(ctx context.Context, c *Call, p timelineParams) ([]protocol.Note, error) {
		if p.WithReplies && p.WithFiles {
			return nil, errHybridRepliesAndFiles
		}
		return c.timeline(ctx, p.page(), func(ctx context.Context, page store.NotePage) ([]store.NoteID, error) {
			return c.Store().HybridIDs(ctx, c.ViewerID(), page)
		}, func(v visibility.Viewer, f *store.NoteFacts) bool {
			return visibility.Hybrid(v, f, p.rules()) && p.includes(c.ViewerID(), f)
		})
	})
}
