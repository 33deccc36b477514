package notes

import (
	"context"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// notesHybridTimeline answers what home and local have, by the rules of the
// channel hybridTimeline.
func notesHybridTimeline() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "notes/hybrid-timeline", Credential: true, Permission: "read:account",
		Params: schema.Object(append(endpoint.DatedPageFields(), endpoint.TimelineFields(
			"allowPartial", "includeMyRenotes", "includeRenotedMyNotes", "includeLocalRenotes", "withFiles", "withRenotes", "withReplies")...)...),
		Errors: []*endpoint.Error{errHybridRepliesAndFiles},
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.TimelineParams) ([]protocol.Note, error) {
		if p.WithReplies && p.WithFiles {
			return nil, errHybridRepliesAndFiles
		}
		return c.Timeline(ctx, p.NotePage(), func(ctx context.Context, page store.NotePage) ([]store.NoteID, error) {
			return c.Store().HybridIDs(ctx, c.ViewerID(), page)
		}, func(v visibility.Viewer, f *store.NoteFacts) bool {
			return visibility.Hybrid(v, f, rules(&p)) && includes(&p, c.ViewerID(), f)
		})
	})
}
