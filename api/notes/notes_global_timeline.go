package notes

import (
	"context"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// notesGlobalTimeline answers all public notes, by the rules of the channel
// globalTimeline.
func notesGlobalTimeline() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name:   "notes/global-timeline",
		Params: schema.Object(append(endpoint.TimelineFields("withFiles", "withRenotes"), endpoint.DatedPageFields()...)...),
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.TimelineParams) ([]protocol.Note, error) {
		return c.Timeline(ctx, p.NotePage(), c.Store().GlobalIDs, func(v visibility.Viewer, f *store.NoteFacts) bool {
			return visibility.Global(v, f, rules(&p))
		})
	})
}
