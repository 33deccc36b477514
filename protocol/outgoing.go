package protocol

import "notewire/protocol/wire"

// The fixed parts of outgoing frames, in Misskey's order of keys.
const (
	headChannel     = `{"type":"channel","body":{"id":`
	headConnected   = `{"type":"connected","body":{"id":`
	headNoteUpdated = `{"type":"noteUpdated","body":{"id":`
	headTop         = `{"type":`
	midType         = `,"type":`
	midBody         = `,"body":`
	midCursor       = `,"cursor":`
	endBody         = `}}`
	endTop          = `}`
)

// smallString is room on the stack for an encoded event type or cursor.
const smallString = 64

// ChannelFrame is an event of the channel that the client joined as id. A nil
// payload is sent as null: the key is always there.
func ChannelFrame(id EncodedID, typ string, payload *Payload) *wire.Frame {
	return eventFrame(KindChannel, headChannel, id, typ, payload, nil)
}

// ChannelFrameWithCursor is ChannelFrame for a channel whose client asked for
// cursors: one more member beside id, type and body.
func ChannelFrameWithCursor(id EncodedID, typ string, payload *Payload, cursor string) *wire.Frame {
	return eventFrame(KindChannel, headChannel, id, typ, payload, &cursor)
}

// NoteUpdatedFrame is an event of a captured note. It carries no connection
// id, so one frame serves all who captured the note. The type has to be one
// of the store.Note* event types: clients die of others.
func NoteUpdatedFrame(note EncodedID, typ string, payload *Payload) *wire.Frame {
	return eventFrame(KindNoteUpdated, headNoteUpdated, note, typ, payload, nil)
}

// NoteUpdatedFrameWithCursor is NoteUpdatedFrame for captures with a cursor.
func NoteUpdatedFrameWithCursor(note EncodedID, typ string, payload *Payload, cursor string) *wire.Frame {
	return eventFrame(KindNoteUpdated, headNoteUpdated, note, typ, payload, &cursor)
}

// ConnectedFrame says that the channel was joined. It is sent only to clients
// that asked with pong.
func ConnectedFrame(id EncodedID) *wire.Frame {
	return joinFrame(KindConnected, headConnected, string(id), endBody)
}

// ConnectedFrameWithCursor is ConnectedFrame for a client that asked for
// cursors, so that it has a position before the first event.
func ConnectedFrameWithCursor(id EncodedID, cursor string) *wire.Frame {
	return joinFrame(KindConnected, headConnected, string(id), midCursor, string(EncodeID(cursor)), endBody)
}

// BroadcastFrame is an event for everybody, outside of all channels:
// emojiAdded, emojiUpdated, emojiDeleted, announcementCreated. Clients need
// its body to be an object, so a payload that is none is sent as {}.
func BroadcastFrame(typ string, payload *Payload) *wire.Frame {
	body := payload.JSON()
	if kindOf(body) != kindObject {
		body = []byte("{}")
	}
	head, end := [...]string{headTop, string(EncodeID(typ)), midBody}, [...]string{endTop}
	return spliceFrame(KindBroadcast, head[:], body, end[:])
}

// APIResultFrame answers an APICall. The body has the endpoint's answer as
// res (null if it has none) and, where the answer is an object, its members
// beside it: clients of different times look in different places. An answer
// that has a member res itself stands only in res.
func APIResultFrame(id string, result *Payload) *wire.Frame {
	res := result.JSON()
	head := [...]string{headTop, string(EncodeID("api:" + id)), `,"body":{"res":`}
	beside := ""
	if kindOf(res) == kindObject && lookup(res, "res") == nil {
		if first := skipSpace(res, 1); res[first] != '}' {
			beside = "," + string(res[first:len(res)-1])
		}
	}
	end := [...]string{beside, endBody}
	return spliceFrame(KindAPI, head[:], res, end[:])
}

// APIErrorFrame answers an APICall that failed: the body is the same
// {"error":…} that HTTP would have answered with.
func APIErrorFrame(id string, e *Error) *wire.Frame {
	head, end := [...]string{headTop, string(EncodeID("api:" + id)), midBody}, [...]string{endTop}
	return spliceFrame(KindAPI, head[:], e.Body(), end[:])
}

// eventFrame builds the frames that carry an id, a type and a body.
func eventFrame(kind FrameKind, head string, id EncodedID, typ string, payload *Payload, cursor *string) *wire.Frame {
	var typeBuf, cursorBuf [smallString]byte
	quotedType := appendString(typeBuf[:0], typ)
	var quotedCursor []byte
	body := payload.JSON()
	n := len(head) + len(id) + len(midType) + len(quotedType) + len(midBody) + len(body) + len(endBody)
	if cursor != nil {
		quotedCursor = appendString(cursorBuf[:0], *cursor)
		n += len(midCursor) + len(quotedCursor)
	}
	buf := wire.Start(n)
	buf = append(buf, head...)
	buf = append(buf, id...)
	buf = append(buf, midType...)
	buf = append(buf, quotedType...)
	buf = append(buf, midBody...)
	buf = append(buf, body...)
	if cursor != nil {
		buf = append(buf, midCursor...)
		buf = append(buf, quotedCursor...)
	}
	buf = append(buf, endBody...)
	return wire.Finish(wire.Kind(kind), buf)
}

// spliceFrame builds a frame of a body with fixed text around it.
func spliceFrame(kind FrameKind, head []string, body []byte, end []string) *wire.Frame {
	n := len(body)
	for _, s := range head {
		n += len(s)
	}
	for _, s := range end {
		n += len(s)
	}
	buf := wire.Start(n)
	for _, s := range head {
		buf = append(buf, s...)
	}
	buf = append(buf, body...)
	for _, s := range end {
		buf = append(buf, s...)
	}
	return wire.Finish(wire.Kind(kind), buf)
}

// joinFrame builds a frame of text only.
func joinFrame(kind FrameKind, parts ...string) *wire.Frame {
	return spliceFrame(kind, parts, nil, nil)
}
