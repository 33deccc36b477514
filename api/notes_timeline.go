package api

import (
	"context"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// notesTimeline answers the viewer's home timeline, by the rules of the channel
// homeTimeline.
func notesTimeline() endpoint {
	return define(meta{
		name: "notes/timeline", credential: true, permission: "read:account",
		params: schema.Object(append(datedPageFields(), timelineFields(
			"allowPartial", "includeMyRenotes", "includeRenotedMyNotes", "includeLocalRenotes", "withFiles", "withRenotes")...)...),
	}, func(ctx context.Context, c *Call, p timelineParams) ([]protocol.Note, error) {
		return c.timeline(ctx, p.page(), func(ctx context.Context, page store.NotePage) ([]store.NoteID, error) {
			return c.Store().HomeIDs(ctx, c.ViewerID(), page)
		}, func(v visibility.Viewer, f *store.NoteFacts) bool {
			return visibility.Home(v, f, p.rules()) && p.includes(c.ViewerID(), f)
		})
	})
}
