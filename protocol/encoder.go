package protocol

import (
	"notewire/protocol/wire"
	"notewire/store"
)

// Encoder builds the frames of Misskey's /streaming. It has no state: all values
// are equal, and its methods may be called from any goroutine.
//
// Where a method takes a cursor, the empty string stands for a client that did not
// ask for cursors. The frame then has no member cursor.
type Encoder struct{}

// Form is nil: what the event log has is what Misskey's clients get.
func (Encoder) Form() *Form { return nil }

// WholeNotes is false: noteUpdated says what happened, and carries no note.
func (Encoder) WholeNotes() bool { return false }

// Event is an event of the channel that the client joined under the id. A nil
// body is sent as null: the key is always there.
func (Encoder) Event(id EncodedID, typ string, body *Payload, cursor string) *wire.Frame {
	return eventFrame(KindChannel, headChannel, id, typ, body, cursor)
}

// Joined says that the channel was joined. Only clients that asked for it are
// sent it.
func (Encoder) Joined(id EncodedID, cursor string) *wire.Frame {
	if cursor == "" {
		return joinFrame(KindConnected, headConnected, string(id), endBody)
	}
	return joinFrame(KindConnected, headConnected, string(id), midCursor, string(EncodeID(cursor)), endBody)
}

// Gap tells the client of a channel that events may be missing before this one,
// and why, so that it fetches anew.
func (e Encoder) Gap(id EncodedID, reason, cursor string) *wire.Frame {
	return e.Event(id, "gap", &Payload{json: append(appendString([]byte(`{"reason":`), reason), '}')}, cursor)
}

// NoteChanged is an event of a captured note. It names no channel, so one frame
// serves all who captured the note. Changes that come by a channel are none of
// Misskey's: they have no frame.
func (Encoder) NoteChanged(id EncodedID, c NoteChange, cursor string) *wire.Frame {
	if id != "" {
		return nil
	}
	return eventFrame(KindNoteUpdated, headNoteUpdated, EncodeID(string(c.Note)), c.Type, c.Body, cursor)
}

// Broadcast is an event for everybody, outside of all channels. Clients need its
// body to be an object, so a body that is none is sent as {}.
func (Encoder) Broadcast(typ string, body *Payload) *wire.Frame {
	object := body.JSON()
	if kindOf(object) != kindObject {
		object = []byte("{}")
	}
	head, end := [...]string{headTop, string(EncodeID(typ)), midBody}, [...]string{endTop}
	return spliceFrame(KindBroadcast, head[:], object, end[:])
}

// NoteChange is what happened to a note, for an encoder.
type NoteChange struct {
	Note store.NoteID
	// Type is one of the store.Note* event types: clients die of others.
	Type string
	// Body is what a noteUpdated frame carries.
	Body *Payload
	// Whole is the note after the change as the viewer may see it, in the
	// protocol's form. Nil: the protocol does not ask for whole notes, or the note
	// could not be loaded.
	Whole *Payload
}

// Form is how a protocol other than Misskey's writes the bodies of events. There
// is one value for each protocol, shared by all encoders that write bodies alike.
type Form struct {
	// Name is the form's name in logs.
	Name string
	// Write makes the body in this form of the one that Misskey's clients get, in
	// which everything is hidden already that the viewer may not see. typ is the
	// event's type. attached is what was put beside the event for this form before
	// it was delivered; nil: nothing. The result is shared, and nil stands for a
	// body that the protocol has no words for. Write may be called from any
	// goroutine, and must neither change body nor keep it.
	Write func(typ string, body []byte, attached any) ([]byte, error)
}
