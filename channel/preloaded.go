package channel

import "notewire/store"

// Mark is the number of a relation change, from 1; see Hub.Mark.
type Mark uint64

// Preloaded are relations that were loaded before the hub was told of their
// user. The zero value is none.
type Preloaded struct {
	// Since was taken before Relations were asked for.
	Since Mark
	// Relations are as RelationLoader answers them.
	Relations *store.RelationLists
}

// Mark is the number of the last relation change that any shard may have seen. What is
// loaded after the call has that change and those before it. A program may therefore
// load relations together with what tells whose they are: Join finds out whether
// anything about the user has changed since.
func (h *Hub) Mark() Mark { return Mark(h.changes.Load()) }

// numberChanges numbers the events after which what was loaded before may be too old.
// It does so before a shard has any of them, so no shard ever knows of a change with a
// higher number than Mark answers.
func (h *Hub) numberChanges(events []LoggedEvent) {
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

// rememberedChanges is of how many changes a shard remembers whom they were about.
const rememberedChanges = 64

// changes are the last relation changes that a shard has seen.
type changes struct {
	last Mark // of the newest change
	gap  Mark // of the newest gap: about whom changes were missed, nobody knows
	who  [rememberedChanges]store.UserID
}

// remember remembers a change. Shards see all of them, in their order.
func (c *changes) remember(n Mark, who store.UserID) {
	c.last = n
	c.who[n%rememberedChanges] = who
}

// rememberGap remembers that changes may have been missed.
func (c *changes) rememberGap(n Mark) {
	c.remember(n, "")
	c.gap = n
}

// mayHaveSeen says whether the shard may have seen a change about the user with a
// higher number than the mark.
func (c *changes) mayHaveSeen(m Mark, who store.UserID) bool {
	switch {
	case c.last <= m:
		return false
	case c.gap > m, c.last-m > rememberedChanges:
		return true
	}
	for n := m + 1; n <= c.last; n++ {
		if c.who[n%rememberedChanges] == who {
			return true
		}
	}
	return false
}
