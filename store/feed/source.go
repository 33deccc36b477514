package feed

import (
	"context"
	"hash/fnv"
	"strconv"

	"notewire/store"
)

// Source is an event log as an engine offers it. Its methods are called by one
// goroutine at a time. Any error counts as passing: the reader tries again.
type Source interface {
	// Head tells where the log stands. Highest, Missing and PrunedThrough come
	// from one snapshot.
	Head(ctx context.Context) (Head, error)
	// Read answers, from one snapshot, the events with ids above after (the
	// first limit of them) and those in the skipped ranges (again the first
	// limit of them), both ascending by id. Skipped ranges are ascending,
	// disjoint and at or below after.
	Read(ctx context.Context, after int64, skipped []Range, limit int) (Read, error)
	// Horizon answers a transaction id that is above the transaction id of
	// every transaction that has drawn an event id before the call. It must be
	// a fresh one: the end of a snapshot is not enough, since that is one past
	// the latest completed transaction and there are running ones above it.
	Horizon(ctx context.Context) (uint64, error)
	// Identity tells which log this is and how far its ids have been drawn.
	Identity(ctx context.Context) (Identity, error)
}

// HeadWindow is how many of the newest retained events Source.Head looks at to
// find missing ids.
const HeadWindow = 100_000

// Head is where a log stands when a reader starts.
type Head struct {
	// Highest is the greatest visible id, PrunedThrough if there is no event.
	Highest int64
	// Missing are the ids without a visible event among the newest HeadWindow
	// retained ones, ascending and disjoint; when fewer are retained, those
	// between PrunedThrough and the oldest of them belong to it.
	Missing []Range
	// PrunedThrough is the id up to which events have been deleted, 0 for none.
	PrunedThrough int64
}

// Read is what one statement saw.
type Read struct {
	Events []store.Event // ascending by id; the reader takes them over
	// Xmin is the snapshot's oldest running transaction: every transaction
	// with a lower id has ended, and if it was committed its events were
	// visible to the statement. It is set even if no event was found.
	Xmin uint64
	// PrunedThrough is the id up to which events have been deleted, as seen by
	// the same snapshot.
	PrunedThrough int64
}

// Identity tells logs apart. A log whose Cluster or Timeline has changed, or
// whose LastID lies below an id that was read from it, is not the log that the
// reader knew: it was restored, or a replica that was behind has taken over.
type Identity struct {
	Cluster  string // PostgreSQL's system identifier; a random name on SQLite
	Timeline uint32 // PostgreSQL's timeline; 0 on SQLite
	LastID   int64  // the id drawn last
}

// fingerprint is the short name of the log in positions.
func (i Identity) fingerprint() uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(i.Cluster + "/" + strconv.FormatUint(uint64(i.Timeline), 10))) // never fails
	return h.Sum32()
}

// Range is the ids from First to Last, both included.
type Range struct{ First, Last int64 }

// Len is how many ids the range has.
func (r Range) Len() int64 { return r.Last - r.First + 1 }
