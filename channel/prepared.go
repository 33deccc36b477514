package channel

import (
	"sync"

	"notewire/protocol"
	"notewire/protocol/wire"
	"notewire/store"
)

// Prepared is an event that the shards can deliver without I/O: one of
// *NoteEvent, *TopicEvent, *NoteChangeEvent, *RelationEvent, *BroadcastEvent,
// *RevocationEvent and *GapEvent. It is shared by all shards and must not be
// changed once it was handed to Hub.Deliver.
type Prepared interface{ prepared() }

// NoteEvent tells that a note was posted.
type NoteEvent struct {
	// Facts decide who is sent the note.
	Facts *store.NoteFacts
	// MyReactions has the reactions to the renoted note of users who are
	// online, for NoteEvent.RenotedNote. The preparation stage fills it.
	MyReactions map[store.UserID]string

	body variants
}

// TopicEvent is an event on a topic: main topics, lists, antennas, drives, ….
type TopicEvent struct {
	Topic string
	// UserID is whose main topic it is; empty for other topics.
	UserID store.UserID
	Type   string
	// Causer is who caused a mention, reply, renote or notification, on the
	// instance CauserHost; empty: nobody, or a local user.
	Causer     store.UserID
	CauserHost string
	// Facts are of the note in the body; nil: there is none.
	Facts *store.NoteFacts

	causerSuspended bool // see suspendedUsers
	body            variants
}

// NoteChangeEvent tells that something happened to a note: Type is one of the
// store.Note* event types. It goes to the shards' Extension.
type NoteChangeEvent struct {
	Type    string
	Change  *store.NoteChange
	Payload *protocol.Payload // Change.Body
}

// RelationEvent changes viewers: Type is one of the store.Internal* constants.
type RelationEvent struct {
	Type   string
	Change *store.RelationChange
	number Mark // see Hub.number
}

// BroadcastEvent goes to every connection, outside of channels.
type BroadcastEvent struct{ Frame *wire.Frame }

// RevocationEvent ends sessions.
type RevocationEvent struct {
	Type       string
	Revocation *store.Revocation
}

// GapEvent tells that events may have been missed. Every connection is told
// to close with 1012 and every viewer is forgotten.
type GapEvent struct{ number Mark }

func (*NoteEvent) prepared()       {}
func (*TopicEvent) prepared()      {}
func (*NoteChangeEvent) prepared() {}
func (*RelationEvent) prepared()   {}
func (*BroadcastEvent) prepared()  {}
func (*RevocationEvent) prepared() {}
func (*GapEvent) prepared()        {}

// NewNoteEvent makes the event of a posted note from its packed, neutral JSON.
func NewNoteEvent(f *store.NoteFacts, note *protocol.Payload) *NoteEvent {
	return &NoteEvent{Facts: f, body: variants{plain: note, rewrite: rewriteNote}}
}

// NewTopicEvent makes an event without a note in its body.
func NewTopicEvent(topic, typ string, body *protocol.Payload) *TopicEvent {
	return &TopicEvent{Topic: topic, Type: typ, body: variants{plain: body}}
}

// RenotedNote is the note for which MyReactions is wanted; false if the event
// has none.
func (e *NoteEvent) RenotedNote() (store.NoteID, bool) {
	if e.Facts.Renote == nil {
		return "", false
	}
	return e.Facts.RenoteID, true
}

// variants has the body of one event in the forms that viewers need, each made
// once and kept as long as the event. The neutral one is never changed.
type variants struct {
	plain   *protocol.Payload
	rewrite func(plain []byte, v protocol.Variant) ([]byte, error) // nil: there is one form

	// The shards of one event share the others. Few events have any, so
	// almost nobody ever waits here.
	mu     sync.Mutex
	others map[protocol.Variant]made
}

type made struct {
	payload *protocol.Payload
	err     error
}

// payload is the body in that form. It may be called from any goroutine.
func (b *variants) payload(v protocol.Variant) (*protocol.Payload, error) {
	if v.Plain() || b.rewrite == nil {
		return b.plain, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	m, ok := b.others[v]
	if !ok {
		var raw []byte
		raw, m.err = b.rewrite(b.plain.JSON(), v)
		m.payload = protocol.RawPayload(raw)
		if b.others == nil {
			b.others = map[protocol.Variant]made{}
		}
		b.others[v] = m
	}
	return m.payload, m.err
}
