package channel

import (
	"sync"

	"notewire/store/feed"
)

// LoggedEvent is an event and where it stands in the log.
type LoggedEvent struct {
	Event Prepared
	// At is nil for what comes from no log. Cursors then stay where they are.
	At *LogPosition
}

// LogPosition is the position in the log right after one event. What it costs to
// know it and its cursor is paid when they are first asked for, once for all
// shards. Its methods may be called from any goroutine.
type LogPosition struct {
	id    int64
	batch *feed.Batch // nil: pos is set
	index int

	once     sync.Once
	computed bool // pos and cursor are there
	pos      feed.Position
	cursor   string
}

// Positions are the positions after each of the batch's events.
func Positions(b *feed.Batch) []LogPosition {
	positions := make([]LogPosition, len(b.Events))
	for i := range positions {
		positions[i].id, positions[i].batch, positions[i].index = b.Events[i].ID, b, i
	}
	return positions
}

// PositionAt is a position that is after no event: the start of reading, or a gap.
func PositionAt(p feed.Position) *LogPosition { return &LogPosition{id: p.Highest(), pos: p} }

func (p *LogPosition) compute() {
	p.once.Do(func() {
		if p.batch != nil {
			p.pos, p.batch = p.batch.Position(p.index), nil
		}
		p.cursor = p.pos.Cursor()
		p.computed = true
	})
	if !p.computed { // it panicked for another shard; nobody may go on from no position
		panic("channel: a position in the log could not be computed")
	}
}

// Position is what has been read when the event has been delivered.
func (p *LogPosition) Position() feed.Position { p.compute(); return p.pos }

// Cursor is the position as clients get it.
func (p *LogPosition) Cursor() string { p.compute(); return p.cursor }
