package action

import (
	"context"
	"fmt"

	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// Candidates answers one page of ids of notes that a timeline may have.
type Candidates func(ctx context.Context, p store.NotePage) ([]store.NoteID, error)

// Rule says whether a timeline sends a note to the viewer.
type Rule func(v visibility.Viewer, f *store.NoteFacts) bool

// How many candidates are loaded at a time: a little more than are wanted at
// first, then more and more, since a rule that has dropped many is likely to
// drop many more.
const (
	firstBatchExtra = 10
	largestBatch    = 400
)

// Timeline answers the notes of one page that pass the rule, as the viewer may
// see them. It goes on through the candidates until the page is full or there
// are no more, so an answer that is shorter than the limit is the end.
func (a *Actor) Timeline(ctx context.Context, p store.NotePage, next Candidates, keep Rule) ([]protocol.Note, error) {
	out, limit := []protocol.Note{}, p.Limit
	ascending := p.Ascending()
	for p.Limit = limit + firstBatchExtra; ; p.Limit = min(2*p.Limit, largestBatch) {
		ids, err := next(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("reading a timeline: %w", err)
		}
		var bundles []*store.NoteBundle
		if len(ids) > 0 {
			if bundles, err = a.Store().NoteBundles(ctx, a.ViewerID(), ids); err != nil {
				return nil, fmt.Errorf("loading a timeline's notes: %w", err)
			}
		}
		v, err := a.Visibility(ctx, authors(bundles)...)
		if err != nil {
			return nil, err
		}
		for _, b := range bundles {
			if !keep(v, b.Facts()) {
				continue
			}
			if out = append(out, PresentNote(a.Packer(), v, b)); len(out) == limit {
				return out, nil
			}
		}
		if len(ids) < p.Limit {
			return out, nil
		}
		if last := string(ids[len(ids)-1]); ascending {
			p.SinceID = last
		} else {
			p.UntilID = last
		}
	}
}
