package api

import "context"

type noteState struct {
	IsFavorited   bool `json:"isFavorited"`
	IsMutedThread bool `json:"isMutedThread"`
}

// notesState answers what the viewer did with a note. Favourites and muted
// threads do not exist here, so it is the same for every note.
func notesState() endpoint {
	return define(meta{
		name: "notes/state", credential: true, permission: "read:account", params: noteIDSchema(),
	}, func(context.Context, *Call, noteIDParams) (noteState, error) { return noteState{}, nil })
}
