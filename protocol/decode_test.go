package protocol

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestDecode(t *testing.T) {
	cursor := func(s string) *string { return &s }
	long := strings.Repeat("j", MaxID)
	tests := []struct {
		name  string
		frame string
		want  ClientFrame
	}{
		{"connect", `{"type":"connect","body":{"channel":"main","id":"1"}}`, Connect{Channel: "main", ID: "1"}},
		{"connect with pong", `{"type":"connect","body":{"channel":"main","id":"1","pong":true}}`, Connect{Channel: "main", ID: "1", Pong: true}},
		{"pong false", `{"type":"connect","body":{"channel":"main","id":"1","pong":false}}`, Connect{Channel: "main", ID: "1"}},
		{"pong null", `{"type":"connect","body":{"channel":"main","id":"1","pong":null}}`, Connect{Channel: "main", ID: "1"}},
		{"unknown channels are for others to judge", `{"type":"connect","body":{"channel":"__proto__","id":"1"}}`, Connect{Channel: "__proto__", ID: "1"}},
		{"empty id", `{"type":"connect","body":{"channel":"main","id":""}}`, Connect{Channel: "main"}},
		{"any characters in the id", `{"type":"connect","body":{"channel":"main","id":"ねこ\u0000\"\\🐈\ud83d\udc08"}}`, Connect{Channel: "main", ID: "ねこ\x00\"\\🐈🐈"}},
		{"lone surrogate in the id", `{"type":"connect","body":{"channel":"main","id":"a\ud800"}}`, Connect{Channel: "main", ID: "a\ufffd"}},
		{"an id as long as may be", `{"type":"connect","body":{"channel":"main","id":"` + long + `"}}`, Connect{Channel: "main", ID: long}},
		{"params", `{"type":"connect","body":{"channel":"main","id":"1","params":{"a":[1,"}"]}}}`, Connect{Channel: "main", ID: "1", Params: Params(`{"a":[1,"}"]}`)}},
		{"params null", `{"type":"connect","body":{"channel":"main","id":"1","params":null}}`, Connect{Channel: "main", ID: "1"}},
		{"params empty string", `{"type":"connect","body":{"channel":"main","id":"1","params":""}}`, Connect{Channel: "main", ID: "1"}},
		{"params array", `{"type":"connect","body":{"channel":"main","id":"1","params":[]}}`, Connect{Channel: "main", ID: "1"}},
		{"params number", `{"type":"connect","body":{"channel":"main","id":"1","params":1}}`, Connect{Channel: "main", ID: "1"}},
		{"unknown members", `{"x":{"type":"un"},"type":"connect","body":{"x":["id"],"channel":"main","id":"1"},"y":1}`, Connect{Channel: "main", ID: "1"}},
		{"keys in another case are other keys", `{"type":"connect","Type":"un","body":{"channel":"main","id":"1","ID":5,"Pong":1},"BODY":0}`, Connect{Channel: "main", ID: "1"}},
		{"the last of equal keys counts", `{"type":"un","type":"connect","body":1,"body":{"channel":3,"channel":"main","id":"1","pong":"x","pong":true}}`, Connect{Channel: "main", ID: "1", Pong: true}},
		{"escaped keys", `{"\u0074ype":"connect","bod\u0079":{"\u0063hannel":"main","id":"1"}}`, Connect{Channel: "main", ID: "1"}},
		{"escaped type", `{"type":"\u0063onnect","body":{"channel":"main","id":"1"}}`, Connect{Channel: "main", ID: "1"}},
		{"space all around", " \r\n\t{ \"type\" : \"connect\" , \"body\" : { \"channel\" : \"main\" , \"id\" : \"1\" } }\n ", Connect{Channel: "main", ID: "1"}},
		{"dart's frame with all keys", `{"type":"connect","body":{"channel":"main","id":"1","params":{},"type":null,"body":null}}`, Connect{Channel: "main", ID: "1", Params: Params(`{}`)}},

		{"disconnect", `{"type":"disconnect","body":{"id":"1"}}`, Disconnect{ID: "1"}},
		{"disconnect, empty id", `{"type":"disconnect","body":{"channel":"","id":"","params":""}}`, Disconnect{}},
		{"dart's disconnect", `{"type":"disconnect","body":{"channel":null,"id":"1","params":null,"type":null,"body":null}}`, Disconnect{ID: "1"}},

		{"channel", `{"type":"channel","body":{"id":"1","type":"read","body":{"id":"x"}}}`, ChannelMessage{ID: "1", Type: "read", Body: json.RawMessage(`{"id":"x"}`)}},
		{"ch", `{"type":"ch","body":{"id":"1","type":"read","body":5}}`, ChannelMessage{ID: "1", Type: "read", Body: json.RawMessage(`5`)}},
		{"ch with a null body", `{"type":"ch","body":{"id":"1","type":"read","body":null}}`, ChannelMessage{ID: "1", Type: "read", Body: json.RawMessage(`null`)}},

		{"subNote", `{"type":"subNote","body":{"id":"n"}}`, SubNote{ID: "n"}},
		{"s", `{"type":"s","body":{"id":"__proto__"}}`, SubNote{ID: "__proto__"}},
		{"sr", `{"type":"sr","body":{"id":"n","cursor":5}}`, SubNote{ID: "n"}},
		{"subNote with a cursor", `{"type":"subNote","body":{"id":"n","cursor":"c"}}`, SubNote{ID: "n", Cursor: cursor("c")}},
		{"subNote from now on", `{"type":"s","body":{"id":"n","cursor":""}}`, SubNote{ID: "n", Cursor: cursor("")}},
		{"unsubNote", `{"type":"unsubNote","body":{"id":"n"}}`, UnsubNote{ID: "n"}},
		{"un", `{"type":"un","body":{"id":"n"}}`, UnsubNote{ID: "n"}},

		{"readNotification", `{"type":"readNotification","body":{"id":"x"}}`, ReadNotification{}},
		{"readNotification without a body", `{"type":"readNotification"}`, ReadNotification{}},

		{"api", `{"type":"api","body":{"id":"1","endpoint":"notes/show","data":{"noteId":"n"}}}`, APICall{ID: "1", Endpoint: "notes/show", Data: json.RawMessage(`{"noteId":"n"}`)}},
		{"api with ep", `{"type":"api","body":{"id":"1","ep":"i"}}`, APICall{ID: "1", Endpoint: "i"}},
		{"api with both", `{"type":"api","body":{"id":"1","ep":"i","endpoint":"meta","data":null}}`, APICall{ID: "1", Endpoint: "meta", Data: json.RawMessage(`null`)}},
		{"api without an endpoint", `{"type":"api","body":{"id":"1","endpoint":5}}`, APICall{ID: "1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Decode([]byte(tt.frame))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %#v\nwant %#v", got, tt.want)
			}
		})
	}
}

// An id as long as may be is one, whatever it takes to write it.
func TestDecodeLongestID(t *testing.T) {
	for frame, longest := range map[string]int{
		`{"type":"connect","body":{"channel":"main","id":"%s"}}`: MaxID,
		`{"type":"s","body":{"id":"%s"}}`:                        MaxNoteID,
	} {
		if _, err := Decode(fmt.Appendf(nil, frame, strings.Repeat(`\u0001`, longest))); err != nil {
			t.Errorf("%s with %d characters: %v", frame, longest, err)
		}
	}
}

func TestDecodeIgnores(t *testing.T) {
	deep := strings.Repeat("[", 30_000) + strings.Repeat("]", 30_000)
	tests := []struct {
		frame string
		want  Ignored
	}{
		{`h`, IgnoredHeartbeat},
		{`ping`, IgnoredPing},
		{``, IgnoredNotJSON},
		{` `, IgnoredNotJSON},
		{`hello`, IgnoredNotJSON},
		{`{oops`, IgnoredNotJSON},
		{`{"type":"readNotification"} x`, IgnoredNotJSON},
		{`{"type":"readNotification",}`, IgnoredNotJSON},
		{"\ufeff" + `{"type":"readNotification"}`, IgnoredNotJSON},
		{"\u00a0" + `{"type":"readNotification"}`, IgnoredNotJSON},
		{`[]`, IgnoredNotObject},
		{`[{"type":"readNotification"}]`, IgnoredNotObject},
		{`5`, IgnoredNotObject},
		{`"connect"`, IgnoredNotObject},
		{`null`, IgnoredNotObject},
		{`true`, IgnoredNotObject},
		{`{}`, IgnoredUnknownType},
		{`{"type":"ping"}`, IgnoredUnknownType},
		{`{"type":"nosuch","body":{}}`, IgnoredUnknownType},
		{`{"type":"Connect","body":{"channel":"main","id":"1"}}`, IgnoredUnknownType},
		{`{"Type":"readNotification"}`, IgnoredUnknownType},
		{`{"type":"sn","body":{"id":"n"}}`, IgnoredUnknownType},
		{`{"type":1,"body":{}}`, IgnoredUnknownType},
		{`{"type":["s"],"body":{"id":"n"}}`, IgnoredUnknownType},
		{`{"type":"` + strings.Repeat("s", 10_000) + `"}`, IgnoredUnknownType},
		{`{"type":"connect"}`, IgnoredBadBody},
		{`{"type":"connect","Body":{"channel":"main","id":"1"}}`, IgnoredBadBody},
		{`{"type":"connect","body":null}`, IgnoredBadBody},
		{`{"type":"connect","body":"main"}`, IgnoredBadBody},
		{`{"type":"connect","body":[]}`, IgnoredBadBody},
		{`{"type":"connect","body":{}}`, IgnoredBadMember},
		{`{"type":"connect","body":{"channel":"main"}}`, IgnoredBadMember},
		{`{"type":"connect","body":{"channel":"main","Id":"1"}}`, IgnoredBadMember},
		{`{"type":"connect","body":{"channel":"main","id":7}}`, IgnoredBadMember},
		{`{"type":"connect","body":{"channel":"main","id":null}}`, IgnoredBadMember},
		{`{"type":"connect","body":{"channel":"main","id":{}}}`, IgnoredBadMember},
		{`{"type":"connect","body":{"channel":3,"id":"1"}}`, IgnoredBadMember},
		{`{"type":"connect","body":{"id":"1"}}`, IgnoredBadMember},
		{`{"type":"connect","body":{"channel":"main","id":"1","pong":"true"}}`, IgnoredBadMember},
		{`{"type":"connect","body":{"channel":"main","id":"1","pong":1}}`, IgnoredBadMember},
		{`{"type":"connect","body":{"channel":"main","id":"1","pong":{}}}`, IgnoredBadMember},
		{`{"type":"connect","body":{"channel":"main","id":"1","id":2}}`, IgnoredBadMember},
		{`{"type":"disconnect"}`, IgnoredBadBody},
		{`{"type":"disconnect","body":{"id":5}}`, IgnoredBadMember},
		{`{"type":"ch","body":{"id":"1","type":"x"}}`, IgnoredBadMember},
		{`{"type":"ch","body":{"id":"1","body":{}}}`, IgnoredBadMember},
		{`{"type":"ch","body":{"type":"x","body":{}}}`, IgnoredBadMember},
		{`{"type":"channel","body":{"id":1,"type":"x","body":{}}}`, IgnoredBadMember},
		{`{"type":"subNote"}`, IgnoredBadBody},
		{`{"type":"subNote","body":"x"}`, IgnoredBadBody},
		{`{"type":"subNote","body":{"id":5}}`, IgnoredBadMember},
		{`{"type":"subNote","body":{"id":""}}`, IgnoredBadMember},
		{`{"type":"connect","body":{"channel":"main","id":"` + strings.Repeat("x", MaxID+1) + `"}}`, IgnoredBadMember},
		{`{"type":"s","body":{"id":"` + strings.Repeat("x", MaxNoteID+1) + `"}}`, IgnoredBadMember},
		{`{"type":"un","body":{}}`, IgnoredBadMember},
		{`{"type":"api","body":{"id":1,"endpoint":"i"}}`, IgnoredBadMember},
		{`{"type":"api","body":{"endpoint":"i"}}`, IgnoredBadMember},
		{deep, IgnoredNotJSON},
	}
	for _, tt := range tests {
		got, err := Decode([]byte(tt.frame))
		var ignored Ignored
		if !errors.As(err, &ignored) || ignored != tt.want || got != nil {
			t.Errorf("Decode(%.80q) = %v, %v; want %v", tt.frame, got, err, tt.want)
		}
	}
}

func TestDecodeKeepsNothingOfTheFrame(t *testing.T) {
	frame := []byte(`{"type":"connect","body":{"channel":"main","id":"abc","params":{"q":1}}}`)
	got, err := Decode(frame)
	if err != nil {
		t.Fatal(err)
	}
	for i := range frame {
		frame[i] = 'x'
	}
	want := Connect{Channel: "main", ID: "abc", Params: Params(`{"q":1}`)}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("after the buffer was reused: %#v", got)
	}
}

// encodeClientFrame writes a frame as a client would, so that decoding can be
// checked against it.
func encodeClientFrame(t *testing.T, f ClientFrame) []byte {
	t.Helper()
	q := func(s string) json.RawMessage { return json.RawMessage(EncodeID(s)) }
	var typ string
	body := map[string]json.RawMessage{}
	switch f := f.(type) {
	case Connect:
		typ, body["channel"], body["id"] = "connect", q(f.Channel), q(f.ID)
		if f.Params != nil {
			body["params"] = json.RawMessage(f.Params)
		}
		if f.Pong {
			body["pong"] = json.RawMessage("true")
		}
	case Disconnect:
		typ, body["id"] = "disconnect", q(f.ID)
	case ChannelMessage:
		typ, body["id"], body["type"], body["body"] = "channel", q(f.ID), q(f.Type), f.Body
	case SubNote:
		typ, body["id"] = "subNote", q(f.ID)
		if f.Cursor != nil {
			body["cursor"] = q(*f.Cursor)
		}
	case UnsubNote:
		typ, body["id"] = "unsubNote", q(f.ID)
	case ReadNotification:
		typ = "readNotification"
	case APICall:
		typ, body["id"], body["endpoint"] = "api", q(f.ID), q(f.Endpoint)
		if f.Data != nil {
			body["data"] = f.Data
		}
	default:
		t.Fatalf("unknown frame %T", f)
	}
	out := []byte(`{"type":` + string(q(typ)) + `,"body":{`)
	first := true
	for k, v := range body { // not through encoding/json, which would reformat the raw members
		if !first {
			out = append(out, ',')
		}
		first = false
		out = append(append(append(out, q(k)...), ':'), v...)
	}
	return append(out, "}}"...)
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`h`, `ping`, ``, `{oops`, `[]`, `5`, `null`, `{}`,
		`{"type":"connect","body":{"channel":"homeTimeline","id":"TabType.x","params":{"withFiles":null,"withRenotes":0},"pong":true}}`,
		`{"type":"connect","body":{"channel":"hashtag","id":"0.55","params":{"q":[["cats","dogs"],["\u732b"]]}}}`,
		`{"type":"connect","body":{"channel":"main","id":"a","params":null,"pong":"true"}}`,
		`{"\u0074ype":"x","type":"connect","body":{"id":"\u0000\"\\","channel":"main"}}`,
		`{"type":"disconnect","body":{"channel":null,"id":"1","params":null}}`,
		`{"type":"ch","body":{"id":"1","type":"requestLog","body":{"id":"2","length":50}}}`,
		`{"type":"s","body":{"id":"9abc","cursor":""}}`, `{"type":"sr","body":{"id":"9abc"}}`,
		`{"type":"un","body":{"id":"9abc"}}`, `{"type":"readNotification"}`,
		`{"type":"api","body":{"id":"1","ep":"notes/create","data":{"text":"hi"}}}`,
		" {\n\"body\" : { \"id\" : \"\\ud800\" } , \"type\" : \"un\" } ",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		got, err := Decode(frame)
		if err != nil {
			var ignored Ignored
			if !errors.As(err, &ignored) || got != nil {
				t.Fatalf("neither a frame nor ignored: %v, %v", got, err)
			}
			return
		}
		if c, ok := got.(Connect); ok { // reading params must not panic either
			for m := range c.Params.all() {
				name, _ := unquote(m.key)
				c.Params.Bool(name, true)
				c.Params.String(name)
				c.Params.StringGroups(name)
			}
		}
		again, err := Decode(encodeClientFrame(t, got))
		if err != nil {
			t.Fatalf("%#v was encoded and then ignored: %v", got, err)
		}
		if !reflect.DeepEqual(got, again) {
			t.Fatalf("got  %#v\nthen %#v", got, again)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	for name, frame := range map[string]string{
		"connect": `{"type":"connect","body":{"channel":"homeTimeline","id":"1","params":{"withRenotes":true,"withFiles":false}}}`,
		"sr":      `{"type":"sr","body":{"id":"att7qyv6d8nv0008"}}`,
		"h":       `h`,
	} {
		b.Run(name, func(b *testing.B) {
			data := []byte(frame)
			b.ReportAllocs()
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				_, _ = Decode(data)
			}
		})
	}
}
