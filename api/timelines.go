package api

import (
	"context"
	"fmt"

	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// candidates answers one page of ids of notes that a timeline may have.
type candidates func(ctx context.Context, p store.NotePage) ([]store.NoteID, error)

// rule says whether a timeline sends a note to the viewer.
type rule func(v visibility.Viewer, f *store.NoteFacts) bool

// How many candidates are loaded at a time: a little more than are wanted at
// first, then more and more, since a rule that has dropped many is likely to
// drop many more.
const (
	firstBatchExtra = 10
	largestBatch    = 400
)

// timeline answers the notes of one page that pass the rule, as the viewer may
// see them. It goes on through the candidates until the page is full or there
// are no more, so an answer that is shorter than the limit is the end.
func (c *Call) timeline(ctx context.Context, p store.NotePage, next candidates, keep rule) ([]protocol.Note, error) {
	out, limit := []protocol.Note{}, p.Limit
	ascending := p.Ascending()
	for p.Limit = limit + firstBatchExtra; ; p.Limit = min(2*p.Limit, largestBatch) {
		ids, err := next(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("reading a timeline: %w", err)
		}
		var bundles []*store.NoteBundle
		if len(ids) > 0 {
			if bundles, err = c.Store().NoteBundles(ctx, c.ViewerID(), ids); err != nil {
				return nil, fmt.Errorf("loading a timeline's notes: %w", err)
			}
		}
		v, err := c.Visibility(ctx, authors(bundles)...)
		if err != nil {
			return nil, err
		}
		for _, b := range bundles {
			if !keep(v, b.Facts()) {
				continue
			}
			if out = append(out, PresentNote(c.Packer(), v, b)); len(out) == limit {
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

// timelineParams are the params of all timelines. allowPartial, which lets
// Misskey answer from its cache alone, means nothing here.
type timelineParams struct {
	pageParams
	WithFiles             bool `json:"withFiles"`
	WithRenotes           bool `json:"withRenotes"`
	WithReplies           bool `json:"withReplies"`
	IncludeMyRenotes      bool `json:"includeMyRenotes"`
	IncludeRenotedMyNotes bool `json:"includeRenotedMyNotes"`
	IncludeLocalRenotes   bool `json:"includeLocalRenotes"`
}

func (p *timelineParams) page() store.NotePage {
	return store.NotePage{Page: p.pageParams.page(), WithFiles: p.WithFiles}
}

// rules are the params as the rules know them.
func (p *timelineParams) rules() visibility.Params {
	return visibility.Params{WithRenotes: p.WithRenotes, WithReplies: p.WithReplies, WithFiles: p.WithFiles}
}

// includes says whether the params for pure renotes let the note through: by
// me, of notes of mine, of local notes.
func (p *timelineParams) includes(me store.UserID, f *store.NoteFacts) bool {
	if !f.IsPureRenote() {
		return true
	}
	if !p.IncludeMyRenotes && f.UserID == me {
		return false
	}
	r := f.Renote
	return r == nil || (p.IncludeRenotedMyNotes || r.UserID != me) && (p.IncludeLocalRenotes || r.UserHost != "")
}

// timelineFields are the schema of what a timeline takes beside its page.
func timelineFields(names ...string) []schema.Property {
	fields := make([]schema.Property, len(names))
	for i, name := range names {
		fields[i] = schema.Prop(name, schema.Boolean().Default(name != "allowPartial" && name != "withFiles" && name != "withReplies"))
	}
	return fields
}
