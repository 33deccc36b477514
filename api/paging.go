package api

import (
	"time"

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
func pageFields(limit int) []schemaField {
	return []schemaField{
		field("limit", integer().between(1, 100).or(limit)),
		field("sinceId", id()),
		field("untilId", id()),
	}
}

// datedPageFields is the schema of pageParams for the lists of notes: 10 by
// default, 100 at most.
func datedPageFields() []schemaField {
	return append(pageFields(10), field("sinceDate", integer()), field("untilDate", integer()))
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
