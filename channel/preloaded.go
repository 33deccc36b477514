package channel

import "notewire/store"

// Mark is a moment in the stream of relation changes; see Hub.Mark.
type Mark uint64

// Preloaded are relations that were loaded before the hub was told of their
// user. The zero value is none.
type Preloaded struct {
	// Since was taken before Relations were asked for.
	Since Mark
	// Relations are as RelationLoader answers them.
	Relations *store.RelationLists
}

// Mark is the moment up to which every relation change that a shard may have
// seen is in what is loaded from now on. It lets a program load relations
// together with what tells whose they are: Join finds out whether
// anything has changed since.
func (h *Hub) Mark() Mark { return Mark(h.changes.Load()) }

// number counts the events after which what was loaded before may be too old.
// It does so before a shard has any of them, so that no shard ever knows of a
// change that Mark does not.
func (h *Hub) number(events []LoggedEvent) {
	n := h.changes.Load()
	for _, e := range events {
		switch e := e.Event.(type) {
		case *RelationEvent:
			n++
			e.number = Mark(n)
		case *GapEvent:
			n++
			e.number = Mark(n)
		}
	}
	h.changes.Store(n)
}

// changed is how many of the last changes a shard remembers.
const changed = 64

// changes are the last relation changes that a shard has seen.
type changes struct {
	last Mark // the newest
	gap  Mark // the newest that stands for changes that nobody knows
	who  [changed]store.UserID
}

// note remembers a change. Shards see all of them, in their order.
func (c *changes) note(n Mark, who store.UserID) {
	c.last = n
	c.who[n%changed] = who
}

// noteGap remembers that changes may have been missed.
func (c *changes) noteGap(n Mark) {
	c.note(n, "")
	c.gap = n
}

// since says whether something about the user may have been seen after the
// mark.
func (c *changes) since(m Mark, who store.UserID) bool {
	switch {
	case c.last <= m:
		return false
	case c.gap > m, c.last-m > changed:
		return true
	}
	for n := m + 1; n <= c.last; n++ {
		if c.who[n%changed] == who {
			return true
		}
	}
	return false
}
