package api

import (
	"time"

	"notewire/api/endpoint/schema"
	"notewire/store"
)

// pageParams are the params of paged lists. An endpoint's params embed them,
// and its schema has pageFields.
type pageParams struct {
	Limit     int    `json:"limit"`
	SinceID   string `json:"sinceId"`
	UntilID   string `json:"untilId"`
	SinceDate *int64 `json:"sinceDate"` // milliseconds since the epoch
	UntilDate *int64 `json:"untilDate"`
}

// pageFields is the schema of pageParams without dates, in Misskey's order:
// limit by default, 100 at most.
func pageFields(limit int) []schema.Property {
	return []schema.Property{
		schema.Prop("limit", schema.Integer().Between(1, 100).Default(limit)),
		schema.Prop("sinceId", schema.ID()),
		schema.Prop("untilId", schema.ID()),
	}
}

// datedPageFields is the schema of pageParams for the lists of notes: 10 by
// default, 100 at most.
func datedPageFields() []schema.Property {
	return append(pageFields(10), schema.Prop("sinceDate", schema.Integer()), schema.Prop("untilDate", schema.Integer()))
}

// page is what the store is asked for: ids win over dates; with a lower bound
// alone the oldest come first, otherwise the newest.
func (p pageParams) page() store.Page {
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
