package main

import (
	"slices"
	"strings"
	"testing"
)

func TestSplitSteps(t *testing.T) {
	records, err := parseTranscript([]byte(smallTranscript))
	if err != nil {
		t.Fatal(err)
	}
	steps := splitSteps(records)
	var names []string
	for _, s := range steps {
		names = append(names, s.name)
	}
	if want := []string{"start", "connect", "post"}; !slices.Equal(names, want) {
		t.Fatalf("steps are %q, want %q", names, want)
	}
	if len(steps[1].done) != 1 || len(steps[1].got["alice"]) != 1 {
		t.Errorf("the step connect is %+v", steps[1])
	}
	if who := recordedToken(steps[0].done[0].URL); who != "alice" {
		t.Errorf("the connection is of %q", who)
	}
}

func TestParseTranscriptTellsTheLine(t *testing.T) {
	if _, err := parseTranscript([]byte("{}\n{oops\n")); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("the error is %v", err)
	}
}

func TestShapeOf(t *testing.T) {
	tests := map[string]string{
		`{"type":"connected","body":{"id":"p"}}`:                                                               "connected p",
		`{"type":"channel","body":{"id":"p","type":"note","body":{"id":"n1"}}}`:                                "channel p note n1",
		`{"type":"channel","body":{"id":"m","type":"notification","body":{"id":"x","type":"reply"}}}`:          "channel m notification reply",
		`{"type":"channel","body":{"id":"m","type":"readAllNotifications","body":null}}`:                       "channel m readAllNotifications",
		`{"type":"noteUpdated","body":{"id":"n","type":"reacted","body":{"reaction":"R","userId":"u"}}}`:       "noteUpdated n reacted R by u",
		`{"type":"noteUpdated","body":{"id":"n","type":"pollVoted","body":{"choice":0,"userId":"u"}}}`:         "noteUpdated n pollVoted 0 by u",
		`{"type":"noteUpdated","body":{"id":"n","type":"deleted","body":{"deletedAt":"2026-01-01T00:00:00"}}}`: "noteUpdated n deleted",
		`{"type":"noteUpdated","body":{"id":"n","type":"deleted","body":{}}}`:                                  "noteUpdated n deleted without deletedAt",
		`{"type":"emojiAdded","body":{"emoji":{}}}`:                                                            "emojiAdded",
	}
	for raw, want := range tests {
		f, ok := parseFrame([]byte(raw))
		if got := shapeOf(f); !ok || got != want {
			t.Errorf("%s is %q, want %q", raw, got, want)
		}
	}
	for _, raw := range []string{"oops", "[]", "{}", `{"type":5}`} {
		if _, ok := parseFrame([]byte(raw)); ok {
			t.Errorf("%s was taken for a frame", raw)
		}
	}
}

func TestInOrder(t *testing.T) {
	if c := inOrder([]string{"channel b note 1", "channel a note 1"}, []string{"channel a note 1", "channel b note 1"}); c != "" {
		t.Errorf("one note in two channels: %s", c)
	}
	if c := inOrder([]string{"channel a note 2", "channel a note 1"}, []string{"channel a note 1", "channel a note 2"}); c == "" {
		t.Error("two notes in the wrong order were accepted")
	}
	if c := inOrder([]string{"connected b", "connected a"}, []string{"connected a", "connected b"}); c == "" {
		t.Error("answers in the wrong order were accepted")
	}
	if c := inOrder(nil, []string{"connected a"}); c == "" {
		t.Error("a missing frame was accepted")
	}
}

func TestMainOrder(t *testing.T) {
	want := []string{"channel m mention n", "channel m reply n", "channel m notification reply"}
	if c := mainOrder(want, want); c != "" {
		t.Error(c)
	}
	if c := mainOrder([]string{want[2], want[0], want[1]}, want); !strings.Contains(c, "wrong order") {
		t.Errorf("a notification before its mention: %q", c)
	}
	if c := mainOrder(want[:2], want); c == "" {
		t.Error("a missing notification was accepted")
	}
}

func TestMapping(t *testing.T) {
	m := newMapping()
	m.learn(map[string]any{"id": "att7notxd8nv0002", "token": "TTTTTTTTTTTTTTTT", "n": []any{map[string]any{"id": "att7notxd8nv0003"}}, "text": "short"},
		map[string]any{"id": "new1", "token": "new-token", "n": []any{map[string]any{"id": "new2"}}, "text": "other"})
	m.learn(map[string]any{"id": "att7notxd8nv0002"}, map[string]any{"id": "later"})
	got := m.params(map[string]any{"i": "TTTTTTTTTTTTTTTT", "ids": []any{"att7notxd8nv0002"}, "text": `see "att7notxd8nv0003"`, "n": 5.0})
	if got["i"] != "new-token" || stringsIn(got["ids"])[0] != "new1" || got["text"] != `see "new2"` || got["n"] != 5.0 {
		t.Errorf("mapped to %v", got)
	}
	if m.in("short") != "short" {
		t.Error("a text that is no id was learnt")
	}
}

func TestKeyComparison(t *testing.T) {
	recorded, _ := parseFrame([]byte(`{"type":"channel","body":{"id":"h","type":"note","body":{"id":"1","text":"","user":{"id":"","name":null}}}}`))
	tests := []struct{ body, kind, want string }{
		{`{"id":"2","text":null,"user":{"id":"","name":""}}`, "", ""},
		{`{"id":"2","user":{"id":"","name":""}}`, "note", "missing: text"},
		{`{"text":"","id":"2","user":{"id":"","name":""}}`, "note", "order"},
		{`{"id":"2","text":"","user":{"id":"","name":"","more":1}}`, "user lite", "too many: more"},
	}
	for _, tt := range tests {
		k := newKeyComparison()
		ours, _ := parseFrame([]byte(`{"type":"channel","body":{"id":"h","type":"note","body":` + tt.body + `}}`))
		k.event(recorded, ours)
		got := sorted(k.wrong[tt.kind])
		if tt.want == "" && len(k.wrong) != 0 || tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)) {
			t.Errorf("%s: %v, want %q in %q", tt.body, k.wrong, tt.want, tt.kind)
		}
		if k.compared["note"] != 1 || k.compared["user lite"] != 1 {
			t.Errorf("compared %v", k.compared)
		}
	}
}
