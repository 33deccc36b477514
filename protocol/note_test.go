package protocol

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"notewire/store"
)

// thread makes a note that embeds as much as a store could hand over, and
// more than goes out.
func thread(text string) *store.NoteBundle {
	embed := func(b *store.NoteBundle, reply, renote *store.NoteBundle) *store.NoteBundle {
		if reply != nil {
			b.Note.ReplyID, b.Note.ReplyUserID, b.Reply = reply.Note.ID, reply.Note.UserID, reply
		}
		if renote != nil {
			b.Note.RenoteID, b.Note.RenoteUserID, b.Renote = renote.Note.ID, renote.Note.UserID, renote
		}
		return b
	}
	deeper := func(id string) *store.NoteBundle {
		return embed(testNote(id, text), testNote(id+"-reply", text), testNote(id+"-renote", text))
	}
	return embed(testNote("n", text), deeper("reply"),
		embed(testNote("renote", text), deeper("renote.reply"), deeper("renote.renote")))
}

func TestPackNoteEmbeds(t *testing.T) {
	n := testPacker().PackNote(thread("x"))
	for name, leaf := range map[string]*Note{"reply": n.Reply, "renote.reply": n.Renote.Reply, "renote.renote": n.Renote.Renote} {
		if leaf == nil {
			t.Fatalf("%s is not embedded", name)
		}
		if string(leaf.ID) != name {
			t.Errorf("%s is %s", name, leaf.ID)
		}
		if leaf.Reply != nil || leaf.Renote != nil {
			t.Errorf("%s embeds others", name)
		}
		if leaf.ReplyID == nil || leaf.RenoteID == nil {
			t.Errorf("%s lost the ids of what it does not embed", name)
		}
	}
	streamed := n.Streamed()
	if got := strings.Count(string(encode(t, streamed)), `"reactionAndUserPairCache":[]`); got != 5 {
		t.Errorf("the streamed form has its key %d times, want 5", got)
	}
	if n.ReactionAndUserPairCache != nil || n.Renote.Renote.ReactionAndUserPairCache != nil {
		t.Error("making the streamed form changed the note")
	}
}

func TestPackNoteValues(t *testing.T) {
	b := testNote("n", "<b>&")
	b.Note.Reactions = map[string]int{"👍": 2, ":cat@.:": 1, ":dog@r.example:": 3}
	b.ReactionEmojis = map[string]string{"dog@r.example": "https://r.example/dog.png"}
	b.Note.Poll = &store.Poll{Choices: []string{"a", "b"}, Votes: []int{1}, Multiple: true, ExpiresAt: noon.Add(time.Second)}
	b.MyVotes = []int{1, 7, -1}
	b.Note.ReactionAcceptance = "likeOnly"
	b.Note.FileIDs, b.Files = []string{"f1", "gone"}, []*store.File{{ID: "f1"}}
	n := testPacker().PackNote(b)
	if n.ReactionCount != 6 || !reflect.DeepEqual(n.Reactions, b.Note.Reactions) || n.ReactionEmojis["dog@r.example"] == "" {
		t.Errorf("reactions %d %v %v", n.ReactionCount, n.Reactions, n.ReactionEmojis)
	}
	want := `{"multiple":true,"expiresAt":"2026-11-21T12:00:01.007Z","choices":[{"text":"a","votes":1,"isVoted":false},{"text":"b","votes":0,"isVoted":true}]}`
	if got := string(encode(t, n.Poll)); got != want {
		t.Error(got)
	}
	if n.ReactionAcceptance == nil || *n.ReactionAcceptance != "likeOnly" {
		t.Errorf("reactionAcceptance %v", n.ReactionAcceptance)
	}
	if len(n.FileIDs) != 2 || len(n.Files) != 1 || n.CreatedAt != "2026-11-21T12:00:00.007Z" {
		t.Errorf("files %v %v, created %s", n.FileIDs, n.Files, n.CreatedAt)
	}
	if !strings.Contains(string(encode(t, n)), `"text":"<b>&"`) {
		t.Error("text is escaped for HTML")
	}
	b.Note.Visibility = store.Specified
	if got := string(encode(t, testPacker().PackNote(b))); !strings.Contains(got, `"visibleUserIds":[]`) {
		t.Error("a specified note to nobody has no visibleUserIds")
	}
}

func TestNotesFit(t *testing.T) {
	size := func(n Note) int {
		own := &Own{}
		for at := range own.at {
			own.at[at].Reaction = strings.Repeat("x", 300)
		}
		return len(encode(t, Variant{Own: own}.Apply(n.Streamed())))
	}
	tests := []struct {
		name string
		text string
		// what is left
		reply, renote, renoteReply, renoteRenote bool
	}{
		{"small", "x", true, true, true, true},
		{"the renote's renote goes first", strings.Repeat("x", 15_000), true, true, true, false},
		{"then the renote's reply", strings.Repeat("x", 20_000), true, true, false, false},
		{"then the reply", strings.Repeat("x", 30_000), false, true, false, false},
		{"then the renote", strings.Repeat("x", 60_000), false, false, false, false},
		{"at last the text is cut", strings.Repeat("\x01", 100_000), false, false, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := thread(tt.text)
			n := testPacker().PackNote(b)
			if got := size(n); got > MaxNoteSize {
				t.Errorf("%d bytes", got)
			}
			if (n.Reply != nil) != tt.reply || (n.Renote != nil) != tt.renote {
				t.Errorf("reply %v, renote %v", n.Reply != nil, n.Renote != nil)
			}
			if n.Renote != nil && ((n.Renote.Reply != nil) != tt.renoteReply || (n.Renote.Renote != nil) != tt.renoteRenote) {
				t.Errorf("renote.reply %v, renote.renote %v", n.Renote.Reply != nil, n.Renote.Renote != nil)
			}
			if n.ReplyID == nil || n.RenoteID == nil {
				t.Error("the ids are gone")
			}
			if *b.Note.Text != tt.text {
				t.Error("the stored note was changed")
			}
			if cut := strings.HasPrefix(tt.text, "\x01"); !cut && *n.Text != tt.text {
				t.Error("the text was cut for nothing")
			} else if cut && *n.Text != tt.text[:maxText] {
				t.Errorf("the text has %d bytes", len(*n.Text))
			}
		})
	}
}

func TestLongListsFit(t *testing.T) {
	lists := func() *store.NoteBundle {
		b := testNote("x", strings.Repeat("猫", 3000))
		b.Note.Visibility = store.Specified
		b.Note.Reactions, b.ReactionEmojis = map[string]int{}, map[string]string{}
		for i := range 2000 {
			b.Note.VisibleUserIDs = append(b.Note.VisibleUserIDs, store.UserID(fmt.Sprintf("user%012d", i)))
			b.Note.Mentions = b.Note.VisibleUserIDs
			b.Note.Reactions[fmt.Sprintf(":emoji%d@remote.example:", i)] = 1
			b.ReactionEmojis[fmt.Sprintf("emoji%d@remote.example", i)] = "https://remote.example/emoji.png"
		}
		return b
	}
	b := testNote("n", "")
	b.Note.RenoteID, b.Renote = "x", lists()
	n := testPacker().PackNote(b)
	if got := len(encode(t, n.Streamed())); got > MaxNoteSize {
		t.Errorf("%d bytes", got)
	}
	if n.Renote == nil || *n.Renote.Text != *b.Renote.Note.Text || n.Renote.ReactionCount != 2000 {
		t.Error("a renote that fits without its lists went altogether")
	}
	if len(b.Renote.Note.Reactions) != 2000 || len(b.Renote.Note.VisibleUserIDs) != 2000 {
		t.Error("the stored note was changed")
	}
	n = testPacker().PackNote(lists())
	if got := len(encode(t, n.Streamed())); got > MaxNoteSize {
		t.Errorf("%d bytes", got)
	}
	if len(n.Mentions) != 0 || n.VisibleUserIDs == nil || n.ReactionCount != 2000 {
		t.Error("not what slimming leaves")
	}
}

func TestVariant(t *testing.T) {
	source := thread("secret")
	for _, b := range []*store.NoteBundle{source, source.Reply, source.Renote, source.Renote.Reply, source.Renote.Renote} {
		b.Note.Visibility = store.Specified
		b.Note.VisibleUserIDs = []store.UserID{"ubob"}
		b.Note.Mentions = []store.UserID{"ubob"}
		b.Note.Tags = []string{"secret"}
		b.Note.FileIDs, b.Files = []string{"f"}, []*store.File{{ID: "f", Name: "secret"}}
		b.Note.Poll = &store.Poll{Choices: []string{"secret", "secret"}}
	}
	shared := testPacker().PackNote(source).Streamed()
	before := encode(t, shared)
	own := &Own{}
	for at := range own.at {
		own.at[at] = store.Participation{Reaction: fmt.Sprintf(":a\"%d@.:", at), Votes: []int{1}}
	}
	own.at[positionReply].Reaction, own.at[positionRenote].Votes = "", nil
	for mask := store.HiddenParts(0); mask < 32; mask++ {
		for _, own := range []*Own{nil, own} {
			v := Variant{Hidden: mask, Own: own}
			n := v.Apply(shared)
			for at, embedded := range []*Note{&n, n.Reply, n.Renote, n.Renote.Reply, n.Renote.Renote} {
				hides := mask&masks[at] != 0
				want := store.Participation{}
				if own != nil && !hides {
					want = own.at[at]
				}
				if embedded.MyReaction != want.Reaction {
					t.Errorf("mask %05b, position %d: myReaction is %q", mask, at, embedded.MyReaction)
				}
				if embedded.Poll != nil && (embedded.Poll.Choices[0].IsVoted || embedded.Poll.Choices[1].IsVoted != (want.Votes != nil)) {
					t.Errorf("mask %05b, position %d: votes are %+v", mask, at, embedded.Poll.Choices)
				}
			}
			places := map[store.HiddenParts]*Note{
				store.HideSelf: &n, store.HideReply: n.Reply, store.HideRenote: n.Renote,
				store.HideRenoteReply: n.Renote.Reply, store.HideRenoteRenote: n.Renote.Renote,
			}
			for bit, at := range places {
				own := *at // without what it embeds
				own.Reply, own.Renote = nil, nil
				told := strings.Contains(string(encode(t, own)), "secret") || len(own.VisibleUserIDs)+len(own.Mentions) > 0
				if hides := mask&bit != 0; told == hides || own.IsHidden != hides {
					t.Errorf("mask %05b, place %05b: %s", mask, bit, encode(t, own))
				}
			}
			raw, err := v.ApplyRaw(before)
			if err != nil {
				t.Fatal(err)
			}
			sameJSON(t, raw, encode(t, n))
			if got := string(encode(t, shared)); got != string(before) {
				t.Fatalf("mask %05b changed the shared note: %s", mask, got)
			}
		}
	}
	if (Variant{}).Plain() == false || (Variant{Hidden: store.HideReply}).Plain() || (Variant{Own: own}).Plain() {
		t.Error("Plain is wrong")
	}
}

// sameJSON compares what two texts mean; the order of keys does not count.
func sameJSON(t *testing.T, got, want []byte) {
	t.Helper()
	var g, w any
	if err := json.Unmarshal(got, &g); err != nil {
		t.Fatalf("%v: %s", err, got)
	}
	if err := json.Unmarshal(want, &w); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// renoteLiked is of somebody who reacted to the renoted note.
var renoteLiked = &Own{at: [...]store.Participation{positionRenote: {Reaction: "👍"}, positionRenoteRenote: {}}}

func TestApplyRawKeepsWhatItDoesNotKnow(t *testing.T) {
	raw := ` { "future" : {"text":"kept"}, "te\u0078t" : "secret", "text":"secret", "reply":{"text":"open","n":1.50}, "x":[ 1 ],
		"renote":{"text":"r","myReaction":"old","reply":{"id":"rr","text":"secret"},"renote":null,"z":0} } `
	kept := strings.Clone(raw)
	got, err := Variant{Hidden: store.HideSelf | store.HideRenoteReply, Own: renoteLiked}.ApplyRaw([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"future":{"text":"kept"},"te\u0078t":null,"reply":{"text":"open","n":1.50},"x":[ 1 ],` +
		`"renote":{"text":"r","reply":{"id":"rr","text":null,"cw":null,"fileIds":[],"files":[],"isHidden":true},"renote":null,"z":0,"myReaction":"👍"},` +
		`"cw":null,"fileIds":[],"files":[],"isHidden":true}`
	if string(got) != want || raw != kept {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, bad := range []string{``, `[]`, `null`, `{"a":}`, `{} x`} {
		if _, err := (Variant{}).ApplyRaw([]byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	plain, err := Variant{Hidden: 31}.ApplyRaw([]byte(`{}`))
	if err != nil || string(plain) != `{"text":null,"cw":null,"fileIds":[],"files":[],"isHidden":true}` {
		t.Errorf("the empty note: %s, %v", plain, err)
	}
}

func BenchmarkNote(b *testing.B) {
	p := testPacker()
	small := testNote("n", "hello world")
	big := thread("hello world")
	packed := p.PackNote(big).Streamed()
	raw := encode(b, packed)
	b.Run("pack", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p.PackNote(small)
		}
	})
	b.Run("encode", func(b *testing.B) {
		n := p.PackNote(small).Streamed()
		b.ReportAllocs()
		for b.Loop() {
			encode(b, n)
		}
	})
	b.Run("encode thread", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(raw)))
		for b.Loop() {
			encode(b, packed)
		}
	})
	b.Run("variant of thread", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(raw)))
		for b.Loop() {
			_, _ = Variant{Hidden: store.HideReply, Own: renoteLiked}.ApplyRaw(raw)
		}
	})
	b.Run("facts of thread", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = FactsFromPackedNote(raw)
		}
	})
}
