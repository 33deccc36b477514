package notes

import (
	"context"
	"notewire/api/endpoint"
)

type noteState struct {
	IsFavorited   bool `json:"isFavorited"`
	IsMutedThread bool `json:"isMutedThread"`
}

// notesState answers what the viewer did with a note. Favourites and muted
// threads do not exist here, so it is the same for every note.
func notesState() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "notes/state", Credential: true, Permission: "read:account", Params: noteIDSchema(),
	}, func(context.Context, *endpoint.Call, noteIDParams) (noteState, error) { return noteState{}, nil })
}
