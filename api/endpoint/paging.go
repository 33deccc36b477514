package endpoint

import (
	"time"

	"notewire/api/endpoint/schema"
	"notewire/store"
)

// PageParams are the params of paged lists. An endpoint's params embed them,
// and its schema has PageFields.
type PageParams struct {
	Limit     int    `json:"limit"`
	SinceID   string `json:"sinceId"`
	UntilID   string `json:"untilId"`
	SinceDate *int64 `json:"sinceDate"` // milliseconds since the epoch
	UntilDate *int64 `json:"untilDate"`
}

// PageFields is the schema of PageParams without dates, in Misskey's order:
// limit by default, 100 at most.
func PageFields(limit int) []schema.Property {
	return []schema.Property{
		schema.Prop("limit", schema.Integer().Between(1, 100).Default(limit)),
		schema.Prop("sinceId", schema.ID()),
		schema.Prop("untilId", schema.ID()),
	}
}

// DatedPageFields is the schema of PageParams for the lists of notes: 10 by
// default, 100 at most.
func DatedPageFields() []schema.Property {
	return append(PageFields(10), schema.Prop("sinceDate", schema.Integer()), schema.Prop("untilDate", schema.Integer()))
}

// Page is what the store is asked for: ids win over dates; with a lower bound
// alone the oldest come first, otherwise the newest.
func (p PageParams) Page() store.Page {
	var since, until time.Time
	if p.SinceDate != nil {
		since = time.UnixMilli(*p.SinceDate)
	}
	if p.UntilDate != nil {
		until = time.UnixMilli(*p.UntilDate)
	}
	page := store.Page{SinceID: p.SinceID, UntilID: p.UntilID, Limit: p.Limit}
	if p.SinceID != "" || p.UntilID != "" {
		return page
	}
	return page.Within(since, until)
}
