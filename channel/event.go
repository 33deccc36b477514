package channel

import (
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
	note carriedNote
	body body
}

// TopicEvent is an event on a topic: main topics, lists, antennas, drives, ….
type TopicEvent struct {
	Topic string
	// UserID is whose main topic it is; empty for other topics.
	UserID store.UserID
	Type   string

	// note has no facts if the body has no note. Only on main topics it may have a
	// causer.
	note carriedNote
	body body
}

// NoteChangeEvent tells that something happened to a note: Type is one of the
// store.Note* event types. It goes to the members that captured the note, and to
// subscriptions that want changes (Filter.Changed).
type NoteChangeEvent struct {
	Type   string
	Change *store.NoteChange
	// Whole is the note as it is after the change, for protocols whose clients get
	// it. The preparation stage loads it if Hub.WantsWholeNotes; nil: it did not.
	Whole *NoteEvent

	// note decides which subscriptions are told. Where the writer left no facts,
	// they say who may see the note and no more: it is then found by its author's
	// followers only.
	note    carriedNote
	payload *protocol.Payload // Change.Body
}

// RelationEvent changes viewers: Type is one of the store.Internal* constants.
type RelationEvent struct {
	Type   string
	Change *store.RelationChange
	number Mark // see Hub.numberChanges
}

// BroadcastEvent goes to every connection, outside of channels. Type is one of the
// store.Broadcast* constants.
type BroadcastEvent struct {
	Type string
	Body *protocol.Payload
}

// RevocationEvent ends sessions.
type RevocationEvent struct {
	Type       string
	Revocation *store.Revocation
}

// GapEvent tells that events may have been missed. Every connection is closed
// because of MissedEvents, and every viewer is forgotten.
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
	return &NoteEvent{note: carriedNote{facts: f}, body: body{typ: store.EventNote, plain: note, note: protocol.NoteIsBody}}
}

// NewTopicEvent makes an event without a note in its body.
func NewTopicEvent(topic, typ string, payload *protocol.Payload) *TopicEvent {
	return &TopicEvent{Topic: topic, Type: typ, body: body{typ: typ, plain: payload}}
}

// NewNoteChangeEvent makes the event of what happened to a note.
func NewNoteChangeEvent(typ string, c *store.NoteChange) *NoteChangeEvent {
	e := &NoteChangeEvent{
		Type: typ, Change: c, payload: protocol.RawPayload(c.Body),
		note: carriedNote{facts: &store.NoteFacts{ID: c.ID, Audience: c.Audience, UserHost: protocol.UnknownHost}},
	}
	if typ == store.NoteDeleted {
		e.note.by = byID // whoever was sent the note hears that it is gone
	}
	return e
}

// Facts are what decides who is sent the note. They must not be changed.
func (e *NoteEvent) Facts() *store.NoteFacts { return e.note.facts }

// Facts are what decides who is told of the event, and of what in its note: nil if it
// has none. They must not be changed.
func (e *TopicEvent) Facts() *store.NoteFacts { return e.note.facts }

// Attach puts something beside the note for a protocol's form to write the note
// with: what the packed note lacks and only queries know. It is called by the
// preparation stage, before the event is delivered.
func (e *NoteEvent) Attach(f *protocol.Form, value any) { e.body.attach(f, value) }

// Attach is NoteEvent.Attach for an event on a topic.
func (e *TopicEvent) Attach(f *protocol.Form, value any) { e.body.attach(f, value) }

// frame implements framed.
func (e *NoteEvent) frame(p *protocolFrames, id protocol.EncodedID, v protocol.Variant, cursor string) (*wire.Frame, error) {
	payload, err := e.body.in(p.form, v)
	if err != nil {
		return nil, err
	}
	return p.encoder.Event(id, e.body.typ, payload, cursor), nil
}

// frame implements framed.
func (e *TopicEvent) frame(p *protocolFrames, id protocol.EncodedID, v protocol.Variant, cursor string) (*wire.Frame, error) {
	payload, err := e.body.in(p.form, v)
	if err != nil {
		return nil, err
	}
	return p.encoder.Event(id, e.body.typ, payload, cursor), nil
}

// frame implements framed. The variant is of the whole note.
func (e *NoteChangeEvent) frame(p *protocolFrames, id protocol.EncodedID, v protocol.Variant, cursor string) (*wire.Frame, error) {
	c := protocol.NoteChange{Note: e.Change.ID, Type: e.Type, Body: e.payload}
	if e.Whole != nil && p.encoder.WholeNotes() {
		var err error
		if c.Whole, err = e.Whole.body.in(p.form, v); err != nil {
			return nil, err
		}
	}
	return p.encoder.NoteChanged(id, c, cursor), nil
}

// frame implements framed.
func (e *BroadcastEvent) frame(p *protocolFrames, _ protocol.EncodedID, _ protocol.Variant, _ string) (*wire.Frame, error) {
	return p.encoder.Broadcast(e.Type, e.Body), nil
}
