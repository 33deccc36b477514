package notes

import (
	"context"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// notesLocalTimeline answers public notes of local users, by the rules of the
// channel localTimeline.
func notesLocalTimeline() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "notes/local-timeline",
		Params: schema.Object(append(endpoint.TimelineFields("withFiles", "withRenotes", "withReplies", "allowPartial"),
			endpoint.DatedPageFields()...)...),
		Errors: []*endpoint.Error{errLocalRepliesAndFiles},
	}, func(ctx context.Context, c *endpoint.Call, p endpoint.TimelineParams) ([]protocol.Note, error) {
		if p.WithReplies && p.WithFiles {
			return nil, errLocalRepliesAndFiles
		}
		return c.Timeline(ctx, p.NotePage(), c.Store().LocalIDs, func(v visibility.Viewer, f *store.NoteFacts) bool {
			return visibility.Local(v, f, rules(&p))
		})
	})
}
