package protocol

import (
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"

	"notewire/protocol/wire"
)

func mustPayload(t testing.TB, v any) *Payload {
	t.Helper()
	p, err := NewPayload(v)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOutgoingFrames(t *testing.T) {
	note := RawPayload([]byte(`{"id":"n1","text":"<&>"}`))
	id := EncodeID("1")
	tests := []struct {
		name  string
		frame *wire.Frame
		want  string
	}{
		{"channel", Encoder{}.Event(id, "note", note, ""), `{"type":"channel","body":{"id":"1","type":"note","body":{"id":"n1","text":"<&>"}}}`},
		{"channel without a body", Encoder{}.Event(id, "readAllNotifications", nil, ""), `{"type":"channel","body":{"id":"1","type":"readAllNotifications","body":null}}`},
		{"channel with cursor", Encoder{}.Event(id, "note", note, "c.1"), `{"type":"channel","body":{"id":"1","type":"note","body":{"id":"n1","text":"<&>"},"cursor":"c.1"}}`},
		{"odd id", Encoder{}.Event(EncodeID("ねこ\x00\"\\🐈"), "x\"y", nil, ""), `{"type":"channel","body":{"id":"ねこ\u0000\"\\🐈","type":"x\"y","body":null}}`},
		{"connected", Encoder{}.Joined(id, ""), `{"type":"connected","body":{"id":"1"}}`},
		{"connected with cursor", Encoder{}.Joined(id, "c\"1"), `{"type":"connected","body":{"id":"1","cursor":"c\"1"}}`},
		{"noteUpdated", Encoder{}.NoteChanged("", NoteChange{Note: "n1", Type: "reacted", Body: RawPayload([]byte(`{"reaction":"👍","emoji":null,"userId":"u"}`))}, ""), `{"type":"noteUpdated","body":{"id":"n1","type":"reacted","body":{"reaction":"👍","emoji":null,"userId":"u"}}}`},
		{"noteUpdated with cursor", Encoder{}.NoteChanged("", NoteChange{Note: "n1", Type: "deleted", Body: RawPayload([]byte(`{}`))}, "c"), `{"type":"noteUpdated","body":{"id":"n1","type":"deleted","body":{},"cursor":"c"}}`},
		{"gap", Encoder{}.Gap(id, "prun\"ed", "c"), `{"type":"channel","body":{"id":"1","type":"gap","body":{"reason":"prun\"ed"},"cursor":"c"}}`},
		{"broadcast", Encoder{}.Broadcast("emojiAdded", RawPayload([]byte(`{"emoji":{}}`))), `{"type":"emojiAdded","body":{"emoji":{}}}`},
		{"broadcast without a body", Encoder{}.Broadcast("emojiAdded", nil), `{"type":"emojiAdded","body":{}}`},
		{"api, object", APIResultFrame("7", RawPayload([]byte(`{"a":1,"b":{"res":2}}`))), `{"type":"api:7","body":{"res":{"a":1,"b":{"res":2}},"a":1,"b":{"res":2}}}`},
		{"api, array", APIResultFrame("7", RawPayload([]byte(`[1]`))), `{"type":"api:7","body":{"res":[1]}}`},
		{"api, empty object", APIResultFrame("7", RawPayload([]byte(`{ }`))), `{"type":"api:7","body":{"res":{ }}}`},
		{"api, nothing", APIResultFrame("a\"b", nil), `{"type":"api:a\"b","body":{"res":null}}`},
		{"api, an answer with res", APIResultFrame("7", RawPayload([]byte(`{"res":1,"a":2}`))), `{"type":"api:7","body":{"res":{"res":1,"a":2}}}`},
		{"api, failed", APIErrorFrame("7", &Error{Message: "No such note.", Code: "NO_SUCH_NOTE", ID: "24fc", Kind: KindClient}), `{"type":"api:7","body":{"error":{"message":"No such note.","code":"NO_SUCH_NOTE","id":"24fc","kind":"client"}}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(tt.frame.Payload()); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if !json.Valid(tt.frame.Payload()) {
				t.Error("not JSON")
			}
			checkHeader(t, tt.frame)
		})
	}
}

// checkHeader reads the websocket header back.
func checkHeader(t *testing.T, f *wire.Frame) {
	t.Helper()
	frame := f.Bytes()
	if frame[0] != 0x81 {
		t.Fatalf("first byte %#x is not a final text frame", frame[0])
	}
	n, header := int(frame[1]), 2
	switch n {
	case 126:
		n, header = int(binary.BigEndian.Uint16(frame[2:])), 4
	case 127:
		n, header = int(binary.BigEndian.Uint64(frame[2:])), 10
	}
	if n != len(frame)-header || n != len(f.Payload()) || f.Size() != len(frame) {
		t.Errorf("header says %d bytes, frame has %d, payload %d", n, len(frame)-header, len(f.Payload()))
	}
}

func TestFrameHeaderLengths(t *testing.T) {
	fixed := len(Encoder{}.Event(EncodeID(""), "note", nil, "").Payload()) - len("null")
	for _, size := range []int{125, 126, 127, 65535, 65536, 200_000} {
		body := RawPayload([]byte(`"` + strings.Repeat("x", size-fixed-2) + `"`))
		f := Encoder{}.Event(EncodeID(""), "note", body, "")
		if len(f.Payload()) != size {
			t.Fatalf("payload of %d bytes, want %d", len(f.Payload()), size)
		}
		checkHeader(t, f)
	}
}

func TestEncodeID(t *testing.T) {
	tests := map[string]string{
		"":                   `""`,
		"a":                  `"a"`,
		"<&>'/":              `"<&>'/"`,
		"\"\\":               `"\"\\"`,
		"\b\t\n\f\r":         `"\b\t\n\f\r"`,
		"\x00\x1f\x7f\v":     "\"\\u0000\\u001f\x7f\\u000b\"",
		"\u2028\u2029ねこ🐈":    "\"\u2028\u2029ねこ🐈\"",
		"bad \xff\xf0 bytes": "\"bad \ufffd\ufffd bytes\"",
		"real \ufffd":        "\"real \ufffd\"",
	}
	for s, want := range tests {
		got := EncodeID(s)
		if string(got) != want {
			t.Errorf("EncodeID(%q) = %s, want %s", s, got, want)
		}
		if back := got.Decode(); back != strings.ToValidUTF8(s, "\ufffd") && s != "bad \xff\xf0 bytes" {
			t.Errorf("%q came back as %q", s, back)
		}
	}
}

func TestMarshalIsPlain(t *testing.T) {
	tests := map[string]string{
		"<&>":               `"<&>"`,
		"a\u2028b\u2029":    "\"a\u2028b\u2029\"",
		`\u2028`:            `"\\u2028"`,
		"\\\u2028":          "\"\\\\\u2028\"",
		"\u2028\x00\\u202a": "\"\u2028\\u0000\\\\u202a\"",
	}
	for s, want := range tests {
		got, err := Marshal(s)
		if err != nil || string(got) != want {
			t.Errorf("Marshal(%q) = %s, %v; want %s", s, got, err, want)
		}
	}
	if _, err := NewPayload(func() {}); err == nil {
		t.Error("a function was encoded")
	}
	var p *Payload
	if string(p.JSON()) != "null" || RawPayload(nil) != nil {
		t.Error("no payload is not null")
	}
	if got := string(mustPayload(t, map[string]*Payload{"a": p, "b": RawPayload([]byte("[1]"))}).JSON()); got != `{"a":null,"b":[1]}` {
		t.Errorf("payloads inside another: %s", got)
	}
}

func TestErrorBody(t *testing.T) {
	tests := []struct {
		err  Error
		want string
	}{
		{
			Error{Message: "Invalid param.", Code: "INVALID_PARAM", ID: "3d81", Kind: KindClient, Info: InvalidParam{Param: "#/type", Reason: "must be object"}},
			`{"error":{"message":"Invalid param.","code":"INVALID_PARAM","id":"3d81","kind":"client","info":{"param":"#/type","reason":"must be object"}}}`,
		},
		{Error{Message: "<a>", Code: "A", ID: "1", Kind: KindPermission}, `{"error":{"message":"<a>","code":"A","id":"1","kind":"permission"}}`},
		{Error{ID: "932c"}, `{"error":{"id":"932c"}}`},
		{Error{ID: "1", Info: func() {}}, `{"error":{"id":"1"}}`},
	}
	for _, tt := range tests {
		if got := string(tt.err.Body()); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
	if got := (&Error{Code: "A", Message: "b"}).Error(); got != "A: b" {
		t.Errorf("Error() = %q", got)
	}
}

func BenchmarkChannelFrame(b *testing.B) {
	body := RawPayload([]byte(`{"text":"` + strings.Repeat("x", 900) + `"}`))
	id := EncodeID("1")
	b.Run("plain", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Encoder{}.Event(id, "note", body, "")
		}
	})
	b.Run("cursor", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Encoder{}.Event(id, "note", body, "0123456789abcdef")
		}
	})
}

func TestFrameKinds(t *testing.T) {
	id := EncodeID("1")
	names := map[string]bool{KindOther.String(): true}
	for _, c := range []struct {
		frame *wire.Frame
		want  FrameKind
	}{
		{Encoder{}.Event(id, "note", nil, ""), KindChannel},
		{Encoder{}.Event(id, "note", nil, "c"), KindChannel},
		{Encoder{}.Joined(id, ""), KindConnected},
		{Encoder{}.Joined(id, "c"), KindConnected},
		{Encoder{}.NoteChanged("", NoteChange{Note: "n", Type: "reacted"}, ""), KindNoteUpdated},
		{Encoder{}.NoteChanged("", NoteChange{Note: "n", Type: "reacted"}, "c"), KindNoteUpdated},
		{Encoder{}.Broadcast("emojiAdded", nil), KindBroadcast},
		{APIResultFrame("1", nil), KindAPI},
		{APIErrorFrame("1", &Error{}), KindAPI},
	} {
		if got := FrameKind(c.frame.Kind()); got != c.want {
			t.Errorf("%s is of kind %v, want %v", c.frame.Payload(), got, c.want)
		}
		names[FrameKind(c.frame.Kind()).String()] = true
	}
	if len(names) != int(FrameKinds) || names["unknown"] || FrameKinds.String() != "unknown" {
		t.Errorf("kinds are called %v", names)
	}
}

// TestChangesComeByCaptureOnly: nothing else than a captured note's noteUpdated is
// known to Misskey's clients.
func TestChangesComeByCaptureOnly(t *testing.T) {
	if f := (Encoder{}).NoteChanged(EncodeID("1"), NoteChange{Note: "n", Type: "reacted"}, ""); f != nil {
		t.Errorf("a change on a channel became %s", f.Payload())
	}
}
