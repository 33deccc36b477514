package channel

import (
	"slices"

	"notewire/protocol/wire"
	"notewire/store/feed"
)

// Start is where a client wants a channel or a capture to begin.
type Start struct {
	// Given is the cursor as the client wrote it. Empty: the client begins now.
	Given string
	// From is the position that the cursor stands for; it means nothing if Bad.
	From feed.Position
	// Bad says that Given is no cursor.
	Bad bool
}

// ParseStart reads a cursor that a client sent.
func ParseStart(given string) Start {
	if given == "" {
		return Start{}
	}
	p, err := feed.ParseCursor(given)
	return Start{Given: given, From: p, Bad: err != nil}
}

// Resumes says whether the client gave a position to go on from, so that
// whoever opens a cursor there has to see to the replay.
func (s Start) Resumes() bool { return s.Given != "" && !s.Bad }

// Cursor is the position in the log of one channel or capture whose client asked for
// cursors. It belongs to the member's shard: other goroutines only hand it to the
// methods of Member.
type Cursor struct {
	member *Member
	start  Start // until it is opened
	state  cursorState
	// seen is what the client has seen besides what the shard has delivered while
	// the cursor was live. seenAhead says that some of it is yet to come by, and
	// must not be sent again.
	seen      feed.Position
	seenAhead bool
	step      *replayStep // while an event is replayed
	sent      int64       // the event after which the client last got a cursor

	send   func(*wire.Frame)
	replay func(Prepared)
	gap    func(reason feed.GapReason, cursor string) // nil: there is no way to tell
}

type cursorState uint8

const (
	unopened cursorState = iota // the shard does not know of it yet
	waiting                     // for Member.Hold; events that come by are ignored: they are in the log
	holding                     // frames of events that come by are held until the replay is done
	live                        // frames are sent as events come by
	ended                       // nothing is sent any more
)

// replayStep is the event that is being replayed.
type replayStep struct {
	id      int64
	through feed.Position // what the round replays; see Member.Hold
}

// open makes the cursor known to the shard. It waits to be resumed if the client gave
// a position. Otherwise it is live; a client that gave something else is told of a
// gap.
func (c *Cursor) open() {
	c.sent = c.member.shard.at.id
	switch {
	case c.start.Given == "":
		c.state = live
	case c.start.Bad:
		c.giveUp(feed.GapMalformed)
	case !c.start.From.SameLog(c.member.shard.at.Position()):
		c.giveUp(feed.GapOtherLog)
	default:
		c.state, c.seen, c.seenAhead = waiting, c.start.From, true
		c.sent = min(c.sent, c.seen.Highest())
		c.member.toReplay++
	}
	// A connection has many cursors, and what clients give may be long.
	c.start = Start{}
}

// giveUp tells of a gap and goes on from now.
func (c *Cursor) giveUp(reason feed.GapReason) {
	c.endReplay()
	c.state, c.seen, c.seenAhead = live, feed.Position{}, false
	if c.gap != nil {
		c.gap(reason, c.member.shard.at.Cursor())
	}
}

// End ends the cursor. What is still to be replayed, or is held, is not sent.
func (c *Cursor) End() {
	c.endReplay()
	c.state = ended
}

// endReplay notes that nothing is to be replayed to the cursor any more. Its caller
// sets the state.
func (c *Cursor) endReplay() {
	if c.state == waiting || c.state == holding {
		c.member.toReplay--
	}
}

// Wants says whether the event that the shard is delivering, or replaying, is one
// that the client has not seen.
func (c *Cursor) Wants() bool {
	switch {
	case c.step != nil:
		return c.state == holding
	case c.state == holding && c.member.held.spilled:
		return false // the event will be read from the log again
	case c.state == live, c.state == holding:
		return !c.seenAhead || !c.seen.Covers(c.member.shard.at.id)
	default:
		return false
	}
}

// stamp answers the text of the cursor for the frame of the current event: whoever
// resumes from it misses nothing and is sent nothing twice. shared says that it is
// the same for everybody who has seen all that the shard has delivered.
func (c *Cursor) stamp() (cursor string, shared bool) {
	if c.step != nil {
		return c.seen.Union(c.step.through.UpTo(c.step.id)).Cursor(), false
	}
	at := c.member.shard.at
	if c.seenAhead {
		if p := at.Position(); !c.seen.Within(p) {
			return c.seen.Union(p).Cursor(), false
		}
		c.seenAhead = false
	}
	return at.Cursor(), true
}

// put sends the frame of the event that the shard is delivering, or holds it
// until the replay is done.
func (c *Cursor) put(f *wire.Frame) {
	if c.step == nil && c.state == holding {
		c.member.held.add(c, f, &c.member.shard.hub.cfg)
		return
	}
	c.sent = c.member.shard.at.id
	c.send(f)
}

// heldFrames has the frames of events that came by while a member's cursors were
// resumed.
type heldFrames struct {
	frames  []heldFrame
	bytes   int
	spilled bool // there were too many: they were dropped, and are read from the log again
}

type heldFrame struct {
	cursor *Cursor
	frame  *wire.Frame
}

// drop forgets the frames of one cursor.
func (h *heldFrames) drop(c *Cursor) {
	h.frames = slices.DeleteFunc(h.frames, func(f heldFrame) bool { return f.cursor == c })
}

// add holds a frame, or lets all go if there are too many.
func (h *heldFrames) add(c *Cursor, f *wire.Frame, cfg *Config) {
	if h.spilled {
		return
	}
	if h.bytes += f.Size(); h.bytes > cfg.MaxHeldBytes || len(h.frames) == cfg.MaxHeldFrames {
		*h = heldFrames{spilled: true}
		return
	}
	h.frames = append(h.frames, heldFrame{c, f})
}
