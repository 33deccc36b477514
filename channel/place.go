package channel

import (
	"sync"

	"notewire/store/feed"
)

// Placed is an event and where it stands in the log.
type Placed struct {
	Event Prepared
	// At is nil for what comes from no log. Cursors then stay where they are.
	At *Place
}

// Place is a place in the log: right after one event. What it costs to know
// the position and its cursor is paid when they are first asked for, once for
// all shards. Its methods may be called from any goroutine.
type Place struct {
	id    int64
	batch *feed.Batch // nil: pos is set
	index int

	once   sync.Once
	pos    feed.Position
	cursor string
}

// Places are the places of the batch's events.
func Places(b *feed.Batch) []Place {
	places := make([]Place, len(b.Events))
	for i := range places {
		places[i].id, places[i].batch, places[i].index = b.Events[i].ID, b, i
	}
	return places
}

// PlaceAt is a place that is no event's: the start of reading, or a gap.
func PlaceAt(p feed.Position) *Place { return &Place{id: p.Highest(), pos: p} }

func (p *Place) look() {
	p.once.Do(func() {
		if p.batch != nil {
			p.pos, p.batch = p.batch.Position(p.index), nil
		}
		p.cursor = p.pos.Cursor()
	})
}

// Position is what has been read when the place is reached.
func (p *Place) Position() feed.Position { p.look(); return p.pos }

// Cursor is the position as clients get it.
func (p *Place) Cursor() string { p.look(); return p.cursor }
