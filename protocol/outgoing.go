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

// eventFrame builds the frames that carry an id, a type and a body, and a cursor
// unless it is empty.
func eventFrame(kind FrameKind, head string, id EncodedID, typ string, payload *Payload, cursor string) *wire.Frame {
	var typeBuf, cursorBuf [smallString]byte
	quotedType := appendString(typeBuf[:0], typ)
	var quotedCursor []byte
	body := payload.JSON()
	n := len(head) + len(id) + len(midType) + len(quotedType) + len(midBody) + len(body) + len(endBody)
	if cursor != "" {
		quotedCursor = appendString(cursorBuf[:0], cursor)
		n += len(midCursor) + len(quotedCursor)
	}
	buf := wire.Start(n)
	buf = append(buf, head...)
	buf = append(buf, id...)
	buf = append(buf, midType...)
	buf = append(buf, quotedType...)
	buf = append(buf, midBody...)
	buf = append(buf, body...)
	if cursor != "" {
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
