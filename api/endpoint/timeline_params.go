package endpoint

import (
	"notewire/api/endpoint/schema"
	"notewire/store"
)

// TimelineParams are the params of all timelines. allowPartial, which lets
// Misskey answer from its cache alone, means nothing here.
type TimelineParams struct {
	PageParams
	WithFiles             bool `json:"withFiles"`
	WithRenotes           bool `json:"withRenotes"`
	WithReplies           bool `json:"withReplies"`
	IncludeMyRenotes      bool `json:"includeMyRenotes"`
	IncludeRenotedMyNotes bool `json:"includeRenotedMyNotes"`
	IncludeLocalRenotes   bool `json:"includeLocalRenotes"`
}

// NotePage is what the store is asked for.
func (p *TimelineParams) NotePage() store.NotePage {
	return store.NotePage{Page: p.PageParams.Page(), WithFiles: p.WithFiles}
}

// TimelineFields are the schema of what a timeline takes beside its page.
func TimelineFields(names ...string) []schema.Property {
	fields := make([]schema.Property, len(names))
	for i, name := range names {
		fields[i] = schema.Prop(name, schema.Boolean().Default(name != "allowPartial" && name != "withFiles" && name != "withReplies"))
	}
	return fields
}
