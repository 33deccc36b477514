package notes

import (
	"context"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// notesTimeline answers the viewer's home timeline, by the rules of the channel
// homeTimeline.
func notesTimeline() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "notes/timeline", Credential: true, Permission: "read:account",
		Params: schema.Object(append(endpoint.DatedPageFields(), endpoint.TimelineFields(
			"allowPartial", "includeMyRenotes", "includeRenotedMyNotes", "includeLocalRenotes", "withFiles", "withRenotes")...)...),
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.TimelineParams) ([]protocol.Note, error) {
		return c.Timeline(ctx, p.NotePage(), func(ctx context.Context, page store.NotePage) ([]store.NoteID, error) {
			return c.Store().HomeIDs(ctx, c.ViewerID(), page)
		}, func(v visibility.Viewer, f *store.NoteFacts) bool {
			return visibility.Home(v, f, rules(&p)) && includes(&p, c.ViewerID(), f)
		})
	})
}
