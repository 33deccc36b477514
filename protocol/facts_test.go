package protocol

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"notewire/store"
)

func TestFactsAgreeWithTheStore(t *testing.T) {
	b := testNote("n", "x")
	b.Note.Visibility = store.Specified
	b.Note.VisibleUserIDs, b.Note.Mentions = []store.UserID{"ubob", "ucarol"}, []store.UserID{"ubob"}
	b.Note.LocalOnly, b.Note.ChannelID, b.Note.Tags = true, "c1", []string{"猫"}
	reply := testNote("reply", "")
	reply.Note.UserID, reply.User.ID = "ubob", "ubob"
	reply.Note.FileIDs = []string{"f"}
	reply.Note.Visibility = store.Followers
	b.Note.ReplyID, b.Note.ReplyUserID, b.Reply = "reply", "ubob", reply
	renote := testNote("renote", "")
	renote.Note.UserHost, renote.User.Host = "remote.example", "remote.example"
	renote.Note.Visibility = store.Home
	renote.Note.Poll = &store.Poll{Choices: []string{"a", "b"}, Votes: []int{2, 3}}
	renote.Note.Reactions = map[string]int{"👍": 2, ":cat@.:": 1}
	inner := testNote("inner", "")
	cw := ""
	inner.Note.CW = &cw
	renote.Note.RenoteID, renote.Renote = "inner", inner
	renote.Note.ReplyID = "elsewhere"
	b.Note.RenoteID, b.Renote = "renote", renote
	b.Files = []*store.File{}

	got, err := FactsFromPackedNote(encode(t, testPacker().PackNote(b).Streamed()))
	if err != nil {
		t.Fatal(err)
	}
	if want := b.Facts(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %s\nwant %s", encode(t, got), encode(t, want))
	}
}

func TestFactsFallToTheSafeSide(t *testing.T) {
	tests := []struct {
		name, raw string
		want      store.NoteFacts
	}{
		{
			"nothing but ids", `{"id":"n","userId":"u"}`,
			store.NoteFacts{ID: "n", UserHost: UnknownHost, Audience: store.Audience{UserID: "u", Visibility: store.Specified}},
		},
		{
			"an unknown visibility", `{"id":"n","userId":"u","user":{"host":null},"visibility":"everyone"}`,
			store.NoteFacts{ID: "n", Audience: store.Audience{UserID: "u", Visibility: store.Specified}},
		},
		{
			"a visibility in capitals", `{"id":"n","userId":"u","user":{"host":null},"visibility":"PUBLIC","Visibility":"public"}`,
			store.NoteFacts{ID: "n", Audience: store.Audience{UserID: "u", Visibility: store.Specified}},
		},
		{
			"the last of two visibilities", `{"id":"n","userId":"u","user":{"host":null},"visibility":"public","visibility":"followers"}`,
			store.NoteFacts{ID: "n", Audience: store.Audience{UserID: "u", Visibility: store.Followers}},
		},
		{
			"a host in capitals", `{"id":"n","userId":"u","user":{"host":"R.Example"},"visibility":"public"}`,
			store.NoteFacts{ID: "n", UserHost: "r.example", Audience: store.Audience{UserID: "u", Visibility: store.Public}},
		},
		{
			"wrong types", `{"id":"n","userId":"u","user":{"host":5},"visibility":["public"],"visibleUserIds":"ub","mentions":[1,"ub"],"localOnly":"x","tags":{},"replyId":5,"reply":[],"renote":"x","text":5,"poll":[]}`,
			store.NoteFacts{ID: "n", UserHost: UnknownHost, Audience: store.Audience{UserID: "u", Visibility: store.Specified, Mentions: []store.UserID{"ub"}}},
		},
		{
			"a channel without channelId", `{"id":"n","userId":"u","user":{"host":null},"visibility":"public","channel":{"id":"c"}}`,
			store.NoteFacts{ID: "n", ChannelID: "c", Audience: store.Audience{UserID: "u", Visibility: store.Public}},
		},
		{
			"an embedded reply without replyId", `{"id":"n","userId":"u","user":{"host":null},"visibility":"public","reply":{"id":"r","userId":"v"}}`,
			store.NoteFacts{
				ID: "n", ReplyID: "r", Audience: store.Audience{UserID: "u", Visibility: store.Public, ReplyUserID: "v"},
				Reply: &store.NoteFacts{ID: "r", UserHost: UnknownHost, Audience: store.Audience{UserID: "v", Visibility: store.Specified}},
			},
		},
		{
			"reactions that were not counted", `{"id":"n","userId":"u","reactionCount":"x","reactions":{"a":1,"b":2}}`,
			store.NoteFacts{ID: "n", UserHost: UnknownHost, ReactionCount: 2, Audience: store.Audience{UserID: "u", Visibility: store.Specified}},
		},
		{
			"files without ids", `{"id":"n","userId":"u","user":{"host":null},"visibility":"public","files":[{}],"fileIds":[]}`,
			store.NoteFacts{ID: "n", HasFiles: true, Audience: store.Audience{UserID: "u", Visibility: store.Public}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := FactsFromPackedNote([]byte(tt.raw))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(*got, tt.want) {
				t.Errorf("got  %s\nwant %s", encode(t, got), encode(t, tt.want))
			}
		})
	}
}

func TestFactsOfWhatIsNoNote(t *testing.T) {
	for _, raw := range []string{
		``, `null`, `[]`, `{`, `{}`, `{"id":"n"}`, `{"userId":"u"}`, `{"id":5,"userId":"u"}`, `{"id":"n","userId":""}`,
		`{"id":"n","userId":"u","reply":{}}`,
		`{"id":"n","userId":"u","renote":{"id":"r"}}`,
		`{"id":"n","userId":"u","reply":{"id":"r","userId":"u","reply":{"id":"d","userId":"u"}}}`,
		`{"id":"n","userId":"u","renote":{"id":"r","userId":"u","renote":{"id":"s","userId":"u","renote":{"id":"d","userId":"u"}}}}`,
	} {
		if f, err := FactsFromPackedNote([]byte(raw)); !errors.Is(err, ErrBadNote) {
			t.Errorf("%s: %v, %v", raw, f, err)
		}
	}
}

func FuzzApplyRaw(f *testing.F) {
	f.Add([]byte(`{"id":"n","userId":"u","text":"x","reply":{"text":"y"},"renote":{"renote":{},"reply":{"files":[1]}}}`), byte(31), "👍")
	f.Add([]byte(`{"poll":{"choices":[{"isVoted":false},{},7]},"note":{"poll":{"choices":[{"text":"x"}]}}}`), byte(1), "👍")
	f.Add([]byte(` { "te\u0078t" : [ "}" ] } `), byte(16), "")
	f.Fuzz(func(t *testing.T, raw []byte, mask byte, reaction string) {
		_, _ = FactsFromPackedNote(raw)
		own := &Own{}
		for at := range own.at {
			own.at[at] = store.Participation{Reaction: reaction, Votes: []int{int(mask) % 3}}
		}
		v := Variant{Hidden: store.HiddenParts(mask), Own: own}
		if place := FindNote(raw); place != NoteElsewhere {
			if out, err := v.ApplyIn(raw, place); err == nil && !json.Valid(out) {
				t.Fatalf("%q became %q", raw, out)
			}
		}
		out, err := v.ApplyRaw(raw)
		if err != nil {
			return
		}
		object, ok := valid(out)
		if !ok {
			t.Fatalf("%q became %q", raw, out)
		}
		if mask&byte(store.HideSelf) == 0 {
			return
		}
		for _, b := range blanks[:4] {
			if got := lookup(object, b.name); string(got) != b.value {
				t.Fatalf("%s is %s in %s", b.name, got, out)
			}
		}
	})
}
