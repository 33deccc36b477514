package notecapture

import (
	"notewire/store"
	"notewire/store/visibility"
)

// DefaultLimit is how many notes a connection may have captured at a time.
const DefaultLimit = 1536

// Captor is the connection that a Set belongs to.
type Captor interface {
	// NoteChanged is called once for each event that Registry.Deliver, or
	// Set.Replay, was given and that the viewer may hear of. cursor is the
	// capture's; nil: its client did not ask for one.
	NoteChanged(cursor Cursor)
}

// Cursor is where in the log one capture stands whose client asked to be told.
type Cursor interface {
	// Wants says whether the event that is being delivered, or replayed, is news
	// for the client.
	Wants() bool
	// End says that the client does not want the capture any more.
	End()
}

// Registry has the captures of one shard.
type Registry struct {
	limit int
	// Notes have small numbers, given back when nobody captures them any
	// more, so that both directions fit into a few bytes.
	byID  map[store.NoteID]uint32
	notes []note
	free  []uint32

	captures int
	dropped  uint64
}

// Counts is how much there is in a Registry.
type Counts struct {
	Captures int    // of all Sets together; repeated references count once
	Notes    int    // that anybody captured
	Dropped  uint64 // captures that ended for want of room, so far
}

// Add adds other counts to c.
func (c *Counts) Add(other Counts) {
	c.Captures += other.Captures
	c.Notes += other.Notes
	c.Dropped += other.Dropped
}

// Counts counts, which costs nothing.
func (r *Registry) Counts() Counts {
	return Counts{Captures: r.captures, Notes: len(r.byID), Dropped: r.dropped}
}

// note is a captured note.
type note struct {
	id      store.NoteID
	captors []captor
}

// captor is one Set that has the note, and where in the Set.
type captor struct {
	set *Set
	at  uint32
}

// capture is one note of a Set.
type capture struct {
	note uint32
	at   uint32 // among the note's captors
	refs uint32
	born uint32 // counts the Set's captures; the smallest is the oldest
}

// NewRegistry makes an empty registry whose Sets hold up to limit notes each;
// 0 means DefaultLimit.
func NewRegistry(limit int) *Registry {
	if limit <= 0 {
		limit = DefaultLimit
	}
	return &Registry{limit: limit, byID: map[store.NoteID]uint32{}}
}

// Set has the captures of one connection.
type Set struct {
	registry *Registry
	viewer   visibility.Viewer
	captor   Captor
	captures []capture
	born     uint32
	// cursors are by note, of the captures that have one; nil until there is.
	cursors map[uint32]Cursor
}

// NewSet makes the captures of a connection, which is told of events as far as
// the viewer may see the notes. A nil viewer is anonymous.
func (r *Registry) NewSet(v visibility.Viewer, captor Captor) *Set {
	return &Set{registry: r, viewer: v, captor: captor}
}

// Len is how many notes are captured.
func (s *Set) Len() int { return len(s.captures) }

// Sub captures the note, or counts one more reference if it is captured
// already. Past the limit the oldest capture is dropped.
func (s *Set) Sub(id store.NoteID) {
	r := s.registry
	n, known := r.byID[id]
	if known {
		if at, ok := s.find(n); ok {
			s.captures[at].refs++
			return
		}
	}
	if len(s.captures) >= r.limit {
		s.drop(s.oldest())
		r.dropped++
	}
	if !known {
		n = r.add(id)
	}
	s.add(n)
}

// SubWithCursor is Sub for a client that asked for cursors. The capture gets
// the cursor, unless it has one already: then that one goes on, and the answer
// is false.
func (s *Set) SubWithCursor(id store.NoteID, cursor Cursor) bool {
	s.Sub(id)
	n := s.registry.byID[id]
	if s.cursors[n] != nil {
		return false
	}
	if s.cursors == nil {
		s.cursors = map[uint32]Cursor{}
	}
	s.cursors[n] = cursor
	return true
}

// add makes a capture of a note.
func (s *Set) add(n uint32) {
	e := &s.registry.notes[n]
	s.captures = append(s.captures, capture{note: n, at: number(len(e.captors)), refs: 1, born: s.born})
	e.captors = append(e.captors, captor{s, number(len(s.captures) - 1)})
	s.born++
	s.registry.captures++
}

// Unsub takes one reference back and ends the capture with the last one. A
// note that is not captured is ignored.
func (s *Set) Unsub(id store.NoteID) {
	n, known := s.registry.byID[id]
	if !known {
		return
	}
	at, ok := s.find(n)
	if !ok {
		return
	}
	if s.captures[at].refs--; s.captures[at].refs == 0 {
		s.drop(at)
	}
}

// End ends all captures. The Set may be used again afterwards.
func (s *Set) End() {
	for len(s.captures) > 0 {
		s.drop(number(len(s.captures) - 1))
	}
	s.captures = nil
}

// find answers where the note is among the Set's captures. It looks where there
// is less to look through: among the Set's notes or the note's Sets.
func (s *Set) find(n uint32) (at uint32, ok bool) {
	captors := s.registry.notes[n].captors
	if len(captors) < len(s.captures) {
		for _, c := range captors {
			if c.set == s {
				return c.at, true
			}
		}
		return 0, false
	}
	for i := range s.captures {
		if s.captures[i].note == n {
			return number(i), true
		}
	}
	return 0, false
}

// oldest answers where the capture is that was made first.
func (s *Set) oldest() uint32 {
	var oldest, age uint32
	for i := range s.captures {
		// The difference survives the counter's overflow.
		if a := s.born - s.captures[i].born; a > age {
			oldest, age = number(i), a
		}
	}
	return oldest
}

// drop ends the capture at that index. The last capture of the Set, and the last
// captor of the note, take over the indexes that become free.
func (s *Set) drop(at uint32) {
	r := s.registry
	c := s.captures[at]
	if cursor := s.cursors[c.note]; cursor != nil {
		cursor.End()
		delete(s.cursors, c.note)
	}
	e := &r.notes[c.note]
	last := len(e.captors) - 1
	moved := e.captors[last]
	e.captors[c.at] = moved
	moved.set.captures[moved.at].at = c.at
	e.captors[last] = captor{}
	e.captors = e.captors[:last]
	if last == 0 {
		r.remove(c.note)
	}
	end := len(s.captures) - 1
	if tail := s.captures[end]; int(at) != end {
		s.captures[at] = tail
		r.notes[tail.note].captors[tail.at].at = at
	}
	s.captures = s.captures[:end]
	r.captures--
}

func (r *Registry) add(id store.NoteID) uint32 {
	var n uint32
	if last := len(r.free) - 1; last >= 0 {
		n, r.free = r.free[last], r.free[:last]
	} else {
		n = number(len(r.notes))
		r.notes = append(r.notes, note{})
	}
	r.notes[n].id = id
	r.byID[id] = n
	return n
}

func (r *Registry) remove(n uint32) {
	delete(r.byID, r.notes[n].id)
	r.notes[n] = note{}
	r.free = append(r.free, n)
}

// Deliver tells everybody who captured the note and may see it that something
// happened to it: typ is one of the store.Note* event types. A deletion ends the
// captures of the note.
func (r *Registry) Deliver(typ string, c *store.NoteChange) {
	n, known := r.byID[c.ID]
	if !known {
		return
	}
	for _, captor := range r.notes[n].captors {
		cursor := captor.set.cursors[n]
		if cursor != nil && !cursor.Wants() || !captor.set.mayHear(typ, c) {
			continue
		}
		captor.set.captor.NoteChanged(cursor)
	}
	if typ == store.NoteDeleted {
		r.endNote(n)
	}
}

// Replay offers an event of the log to the capture that has the cursor, or had
// it when something was held for it that came by later.
func (s *Set) Replay(cursor Cursor, typ string, c *store.NoteChange) {
	if !cursor.Wants() || !s.mayHear(typ, c) {
		return
	}
	s.captor.NoteChanged(cursor)
	if typ != store.NoteDeleted {
		return
	}
	if n, known := s.registry.byID[c.ID]; known && s.cursors[n] == cursor {
		if at, ok := s.find(n); ok {
			delete(s.cursors, n) // what the cursor holds is still wanted
			s.drop(at)
		}
	}
}

// mayHear says whether the viewer is told of the event: they may see the note now,
// and do not mute who reacted.
func (s *Set) mayHear(typ string, c *store.NoteChange) bool {
	if !visibility.MaySee(s.viewer, &c.Audience) {
		return false
	}
	fromReactor := c.ActorID != "" && (typ == store.NoteReacted || typ == store.NoteUnreacted)
	return !fromReactor || !visibility.Mutes(s.viewer, c.ActorID, "")
}

// endNote drops the note from every Set that has it.
func (r *Registry) endNote(n uint32) {
	for {
		captors := r.notes[n].captors
		if len(captors) == 0 { // the last drop removed the note
			return
		}
		last := captors[len(captors)-1]
		delete(last.set.cursors, n) // not ended: what it holds is still wanted
		last.set.drop(last.at)
	}
}

// number makes an index small. Neither side of a capture has four thousand
// million members.
func number(i int) uint32 { return uint32(i) }
