package notes

import (
	"notewire/api/endpoint"
	"notewire/store"
	"notewire/store/visibility"
)

// rules are the params as the rules know them.
func rules(p *endpoint.TimelineParams) visibility.Params {
	return visibility.Params{WithRenotes: p.WithRenotes, WithReplies: p.WithReplies, WithFiles: p.WithFiles}
}

// includes says whether the params for pure renotes let the note through: by
// me, of notes of mine, of local notes.
func includes(p *endpoint.TimelineParams, me store.UserID, f *store.NoteFacts) bool {
	if !f.IsPureRenote() {
		return true
	}
	if !p.IncludeMyRenotes && f.UserID == me {
		return false
	}
	r := f.Renote
	return r == nil || (p.IncludeRenotedMyNotes || r.UserID != me) && (p.IncludeLocalRenotes || r.UserHost != "")
}
