package channel

import (
	"slices"

	"notewire/protocol/wire"
	"notewire/store/feed"
)

// Start is where a client wants a channel or a capture to begin.
type Start struct {
	// Given is the cursor as the client wrote it. Empty: from now.
	Given string
	// From is what it stands for; see Bad.
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

// Cursor is where one channel or capture stands in the log, of a client that
// asked to be told. It belongs to the member's shard; what other goroutines do
// with it are the calls of Member.
type Cursor struct {
	member *Member
	start  Start // until it is opened
	state  cursorState
	// from is what the client has seen besides what the shard has delivered
	// while the cursor was live. Ahead says that it has something which the
	// shard has yet to come to, and which must not be sent again.
	from  feed.Position
	ahead bool
	step  *replayStep // while an event is replayed
	sent  int64       // the event after which the client last got a cursor

	send   func(*wire.Frame)
	replay func(Prepared)
	gap    func(reason feed.GapReason, cursor string) // nil: there is no way to tell
}

type cursorState uint8

const (
	unopened cursorState = iota // not known in the shard yet
	waiting                     // for Member.Hold: what comes by is in the log
	holding                     // what comes by is held until the replay is done
	live
	ended
)

// replayStep is what there is to know of the event that is being replayed.
type replayStep struct {
	id      int64
	through feed.Position
}

// open begins the cursor's life in the shard: it is live if the client gave no
// position, or one that is of no use, which is told as a gap.
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
		c.state, c.from, c.ahead = waiting, c.start.From, true
		c.sent = min(c.sent, c.from.Highest())
		c.member.behind++
	}
	// A connection has many cursors, and what clients give may be long.
	c.start = Start{}
}

// giveUp tells of a gap and goes on from now.
func (c *Cursor) giveUp(reason feed.GapReason) {
	c.settle()
	c.state, c.from, c.ahead = live, feed.Position{}, false
	if c.gap != nil {
		c.gap(reason, c.member.shard.at.Cursor())
	}
}

// End stops everything: what is still to be replayed or held is not sent.
func (c *Cursor) End() {
	c.settle()
	c.state = ended
}

// settle notes that nothing is to be replayed to the cursor any more; what it
// is from now on its caller sets.
func (c *Cursor) settle() {
	if c.state == waiting || c.state == holding {
		c.member.behind--
	}
}

// Wants says whether the event that the shard is delivering is news.
func (c *Cursor) Wants() bool {
	switch {
	case c.step != nil:
		return c.state == holding
	case c.state == holding && c.member.held.spilled:
		return false // it is read from the log, and a long position costs time to stamp
	case c.state == live, c.state == holding:
		return !c.ahead || !c.from.Covers(c.member.shard.at.id)
	default:
		return false
	}
}

// stamp is the cursor for the frame of the event that the shard is delivering:
// resuming from it misses nothing and repeats nothing. Shared says that it is
// the same for everybody who has seen all that the shard has delivered.
func (c *Cursor) stamp() (cursor string, shared bool) {
	if c.step != nil {
		return c.from.Union(c.step.through.UpTo(c.step.id)).Cursor(), false
	}
	at := c.member.shard.at
	if c.ahead {
		if p := at.Position(); !c.from.Within(p) {
			return c.from.Union(p).Cursor(), false
		}
		c.ahead = false
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

// held is what came by for a member's cursors while they were replayed.
type held struct {
	frames  []heldFrame
	bytes   int
	spilled bool // too much: what was held is dropped, and read from the log again
}

type heldFrame struct {
	cursor *Cursor
	frame  *wire.Frame
}

func (h *held) drop(c *Cursor) {
	h.frames = slices.DeleteFunc(h.frames, func(f heldFrame) bool { return f.cursor == c })
}

func (h *held) add(c *Cursor, f *wire.Frame, cfg *Config) {
	if h.spilled {
		return
	}
	if h.bytes += f.Size(); h.bytes > cfg.MaxHeldBytes || len(h.frames) == cfg.MaxHeldFrames {
		*h = held{spilled: true}
		return
	}
	h.frames = append(h.frames, heldFrame{c, f})
}
