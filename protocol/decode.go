package protocol

import (
	"bytes"
	"encoding/json"
)

// ClientFrame is one understood frame from a client: Connect, Disconnect,
// ChannelMessage, SubNote, UnsubNote, ReadNotification or APICall.
type ClientFrame interface{ clientFrame() }

// Connect joins a channel (type connect).
type Connect struct {
	Channel string // the channel's name; may be one that nobody knows
	ID      string // chosen by the client; any characters, may be empty
	Params  Params // nil if absent or not an object
	Pong    bool   // whether the client wants a connected frame
}

// Disconnect leaves a channel (type disconnect).
type Disconnect struct{ ID string }

// ChannelMessage is a message to a joined channel (type channel or ch).
type ChannelMessage struct {
	ID   string
	Type string
	Body json.RawMessage // any JSON, null included, never absent
}

// SubNote captures a note (type subNote, s or sr).
type SubNote struct {
	ID     string  // never empty
	Cursor *string // resume from here; nil: the client did not ask
}

// UnsubNote ends a capture (type unsubNote or un).
type UnsubNote struct{ ID string }

// ReadNotification marks all notifications read (type readNotification).
type ReadNotification struct{}

// APICall is a request to an endpoint through the stream (type api).
type APICall struct {
	ID       string
	Endpoint string          // from endpoint or its alias ep; empty if neither is a string
	Data     json.RawMessage // any JSON; nil if absent
}

func (Connect) clientFrame()          {}
func (Disconnect) clientFrame()       {}
func (ChannelMessage) clientFrame()   {}
func (SubNote) clientFrame()          {}
func (UnsubNote) clientFrame()        {}
func (ReadNotification) clientFrame() {}
func (APICall) clientFrame()          {}

// Ignored is the error that Decode answers for a frame that is to be dropped
// in silence. Its value is a label for metrics.
type Ignored string

// Why a frame was ignored.
const (
	IgnoredHeartbeat   Ignored = "heartbeat"    // the text h, which web clients send each minute
	IgnoredPing        Ignored = "ping"         // the text ping, answered only with --text-pong
	IgnoredNotJSON     Ignored = "not_json"     // anything else that is not JSON
	IgnoredNotObject   Ignored = "not_object"   // JSON, but not an object
	IgnoredUnknownType Ignored = "unknown_type" // no such type, or the type is not a string
	IgnoredBadBody     Ignored = "bad_body"     // the body is absent or not an object
	IgnoredBadMember   Ignored = "bad_member"   // a member that is needed is absent or of the wrong type
)

// Error says why in words.
func (i Ignored) Error() string { return "frame ignored: " + string(i) }

// Decode reads one frame from a client, text or binary. The error is always
// an Ignored. Keys are case-sensitive and the last of equal keys counts, as in
// JavaScript; unknown members are skipped. Nothing in the result refers to
// frame's memory.
func Decode(frame []byte) (ClientFrame, error) {
	switch string(frame) {
	case "h":
		return nil, IgnoredHeartbeat
	case "ping":
		return nil, IgnoredPing
	}
	object, ok := valid(frame)
	if !ok {
		return nil, IgnoredNotJSON
	}
	if kindOf(object) != kindObject {
		return nil, IgnoredNotObject
	}
	var rawType, body []byte
	for m := range members(object) {
		switch {
		case m.is("type"):
			rawType = m.value
		case m.is("body"):
			body = m.value
		}
	}
	typ, ok := frameType(rawType)
	if !ok {
		return nil, IgnoredUnknownType
	}
	if typ == "readNotification" { // its body, if it has one, means nothing
		return ReadNotification{}, nil
	}
	decode, ok := decoders[typ]
	if !ok {
		return nil, IgnoredUnknownType
	}
	if kindOf(body) != kindObject {
		return nil, IgnoredBadBody
	}
	return decode(body)
}

// decoders has how the body of each type is read, aliases included.
var decoders = map[string]func(body []byte) (ClientFrame, error){
	"connect":    decodeConnect,
	"disconnect": decodeDisconnect,
	"channel":    decodeChannelMessage,
	"ch":         decodeChannelMessage,
	"subNote":    decodeSubNote,
	"s":          decodeSubNote,
	"sr":         decodeSubNote,
	"unsubNote":  decodeUnsubNote,
	"un":         decodeUnsubNote,
	"api":        decodeAPICall,
}

// frameType decodes the type of a frame. What is longer than any type is none.
func frameType(value []byte) (string, bool) {
	const longest = 256 // escapes included
	if len(value) > longest {
		return "", false
	}
	return text(value)
}

// text decodes a JSON string. One without escapes that is plain ASCII, as most are,
// takes the short way.
func text(value []byte) (string, bool) {
	if kindOf(value) != kindString {
		return "", false
	}
	inner := value[1 : len(value)-1]
	for _, c := range inner {
		if c == '\\' || c >= 0x80 {
			return unquote(value)
		}
	}
	return string(inner), true
}

// How many bytes an id may have. A connect or a subNote with a longer one is ignored,
// since the id of what is joined or captured is kept, and is part of each frame.
const (
	MaxID     = 1024 // of a connect
	MaxNoteID = 128  // Misskey's longest have 26
)

// shortText decodes a string that is to be kept; false if it has more bytes than
// longest.
func shortText(value []byte, longest int) (string, bool) {
	id, ok := text(value)
	return id, ok && len(id) <= longest
}

func decodeConnect(body []byte) (ClientFrame, error) {
	var channel, id, params, pong []byte
	for m := range members(body) {
		switch {
		case m.is("channel"):
			channel = m.value
		case m.is("id"):
			id = m.value
		case m.is("params"):
			params = m.value
		case m.is("pong"):
			pong = m.value
		}
	}
	var f Connect
	var ok bool
	if f.Channel, ok = text(channel); !ok {
		return nil, IgnoredBadMember
	}
	if f.ID, ok = shortText(id, MaxID); !ok {
		return nil, IgnoredBadMember
	}
	switch kindOf(pong) {
	case kindAbsent, kindNull:
	case kindBool:
		f.Pong = pong[0] == 't'
	default:
		return nil, IgnoredBadMember
	}
	if kindOf(params) == kindObject {
		f.Params = bytes.Clone(params)
	}
	return f, nil
}

func decodeDisconnect(body []byte) (ClientFrame, error) {
	id, ok := text(lookup(body, "id"))
	if !ok {
		return nil, IgnoredBadMember
	}
	return Disconnect{ID: id}, nil
}

func decodeChannelMessage(body []byte) (ClientFrame, error) {
	var id, typ, inner []byte
	for m := range members(body) {
		switch {
		case m.is("id"):
			id = m.value
		case m.is("type"):
			typ = m.value
		case m.is("body"):
			inner = m.value
		}
	}
	var f ChannelMessage
	var ok bool
	if f.ID, ok = text(id); !ok {
		return nil, IgnoredBadMember
	}
	if f.Type, ok = text(typ); !ok {
		return nil, IgnoredBadMember
	}
	if kindOf(inner) == kindAbsent { // null is a body
		return nil, IgnoredBadMember
	}
	f.Body = bytes.Clone(inner)
	return f, nil
}

func decodeSubNote(body []byte) (ClientFrame, error) {
	id, ok := shortText(lookup(body, "id"), MaxNoteID)
	if !ok || id == "" {
		return nil, IgnoredBadMember
	}
	f := SubNote{ID: id}
	if raw := lookup(body, "cursor"); raw != nil {
		if cursor, ok := text(raw); ok {
			f.Cursor = &cursor
		}
	}
	return f, nil
}

func decodeUnsubNote(body []byte) (ClientFrame, error) {
	id, ok := text(lookup(body, "id"))
	if !ok || id == "" {
		return nil, IgnoredBadMember
	}
	return UnsubNote{ID: id}, nil
}

func decodeAPICall(body []byte) (ClientFrame, error) {
	var id, endpoint, alias, data []byte
	for m := range members(body) {
		switch {
		case m.is("id"):
			id = m.value
		case m.is("endpoint"):
			endpoint = m.value
		case m.is("ep"):
			alias = m.value
		case m.is("data"):
			data = m.value
		}
	}
	var f APICall
	var ok bool
	if f.ID, ok = text(id); !ok {
		return nil, IgnoredBadMember
	}
	// A call without an endpoint is answered with an error rather than
	// ignored: its sender waits.
	if f.Endpoint, ok = text(endpoint); !ok {
		f.Endpoint, _ = text(alias)
	}
	f.Data = bytes.Clone(data)
	return f, nil
}
