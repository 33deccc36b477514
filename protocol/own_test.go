package protocol

import (
	"slices"
	"testing"

	"notewire/store"
)

func TestOwn(t *testing.T) {
	note := func(id store.NoteID, reactions, votes int, reply, renote *store.NoteFacts) *store.NoteFacts {
		return &store.NoteFacts{ID: id, ReactionCount: reactions, VoteCount: votes, Reply: reply, Renote: renote}
	}
	deeper := note("deeper", 9, 9, nil, nil)
	f := note("self", 0, 0, note("reply", 2, 0, deeper, nil), note("renote", 0, 3, note("rr", 1, 1, nil, nil), note("rn", 0, 0, deeper, deeper)))
	reacted, voted, most := Acted(f)
	if !slices.Equal(reacted, []store.NoteID{"reply", "rr"}) || !slices.Equal(voted, []store.NoteID{"renote", "rr"}) || most != 3 {
		t.Errorf("acted: %v, %v, %d", reacted, voted, most)
	}
	if reacted, voted, most := Acted(note("n", 0, 0, nil, nil)); reacted != nil || voted != nil || most != 0 {
		t.Errorf("with nothing: %v, %v, %d", reacted, voted, most)
	}

	liked := func(on store.NoteID) map[store.NoteID]store.Participation {
		return map[store.NoteID]store.Participation{on: {Reaction: "👍"}}
	}
	own := OwnOf(f, map[store.UserID]map[store.NoteID]store.Participation{
		"a": liked("reply"), "b": liked("reply"), "c": liked("rr"), "d": liked("deeper"), "e": {"renote": {Votes: []int{1}}},
		"f": {"reply": {Reaction: "👍"}, "renote": {Votes: []int{1, 2}}},
	})
	if len(own) != 5 || own["d"] != nil {
		t.Errorf("%v: not those who did something with what is shown", own)
	}
	if own["a"] == nil || own["a"] != own["b"] {
		t.Error("two did the same, and are told apart")
	}
	if own["a"] == own["c"] || own["e"] == own["f"] || own["a"] == own["f"] {
		t.Error("some who did different things are not told apart")
	}
	if OwnOf(f, nil) != nil {
		t.Error("something of nobody")
	}
}

func TestFindNote(t *testing.T) {
	const n = `{"id":"n","userId":"u","visibility":"public"}`
	for body, want := range map[string]NotePlace{
		n: NoteIsBody,
		` {"id":"n","userId":"u","cw":null,"reply":` + n + `} `: NoteIsBody,
		`{"\u0069d":"n","userId":"u","v\u0069sibility":1}`:      NoteIsBody,
		`{"id":"x","note":` + n + `}`:                           NoteIsMember,
		`{"n\u006fte":{}}`:                                      NoteIsMember,
		`{"note":` + n + `,"note":` + n + `}`:                   NoteElsewhere,
		`{"note":` + n + `,"other":` + n + `}`:                  NoteElsewhere,
		`{"other":` + n + `}`:                                   NoteElsewhere,
		`{"notes":[` + n + `]}`:                                 NoteElsewhere,
		`{"notes":[{"deep":{"er":` + n + `}}]}`:                 NoteElsewhere,
		`[` + n + `]`:                                           NoteElsewhere,
		`{`:                                                     NoteElsewhere,
		` `:                                                     NoteElsewhere,
		`null`:                                                  NoNote,
		`"n"`:                                                   NoNote,
		`{}`:                                                    NoNote,
		`{"note":null,"id":"x","userId":"u"}`:                   NoNote,
		`{"id":"u","username":"u","pinnedNotes":[],"followersVisibility":"x"}`: NoNote,
		`{"id":"f","userId":"u","name":"a file"}`:                              NoNote,
	} {
		if got := FindNote([]byte(body)); got != want {
			t.Errorf("%s: place %d, want %d", body, got, want)
		}
	}
}

// TestApplyIn: a note inside a notification is rewritten and nothing else, and a
// body in which a second note could not be is refused.
func TestApplyIn(t *testing.T) {
	v := Variant{Own: &Own{at: [positionDeeper]store.Participation{{Reaction: "👍", Votes: []int{1}}}}}
	for _, row := range []struct {
		body string
		at   NotePlace
		want string // empty: refused
	}{
		{`{"id":"x", "note":{"id":"n"},"z":1}`, NoteIsMember, `{"id":"x","note":{"id":"n","myReaction":"👍"},"z":1}`},
		{`{"poll":{"multiple":true,"choices":[{"text":"a","isVoted":false},{"isVoted":false,"text":"b"}],"expiresAt":null}}`, NoteIsBody,
			`{"poll":{"multiple":true,"choices":[{"text":"a","isVoted":false},{"text":"b","isVoted":true}],"expiresAt":null},"myReaction":"👍"}`},
		{`{"note":{"id":"n"},"note":{"id":"m"}}`, NoteIsMember, ""},
		{`{"note":7}`, NoteIsMember, ""},
		{`{"id":"x"}`, NoteIsMember, ""},
		{`[]`, NoteIsMember, ""},
		{`{"id":"n"}`, NoNote, ""},
		{`{"id":"n"}`, NoteElsewhere, ""},
	} {
		got, err := v.ApplyIn([]byte(row.body), row.at)
		if string(got) != row.want || (err == nil) != (row.want != "") {
			t.Errorf("%s: %s, %v", row.body, got, err)
		}
	}
}
