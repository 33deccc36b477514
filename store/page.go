package store

// Page is one page of a list that is ordered by id, that is by time. Bounds
// are exclusive; empty means unbounded.
type Page struct {
	Since, Until string // ids
	Limit        int    // rows at most, at least 1
	OldestFirst  bool   // the page next to Since, in ascending order; otherwise the one next to Until, newest first
}
