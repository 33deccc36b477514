package api

import (
	"context"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// notesGlobalTimeline answers all public notes, by the rules of the channel
// globalTimeline.
func notesGlobalTimeline() endpoint {
	return define(meta{
		name:   "notes/global-timeline",
		params: schema.Object(append(timelineFields("withFiles", "withRenotes"), datedPageFields()...)...),
	}, func(ctx context.Context, c *Call, p timelineParams) ([]protocol.Note, error) {
		return c.timeline(ctx, p.page(), c.Store().GlobalIDs, func(v visibility.Viewer, f *store.NoteFacts) bool {
			return visibility.Global(v, f, p.rules())
		})
	})
}
