package channel

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"notewire/store"
)

// as is the event, which has to be of that type.
func as[T Prepared](t *testing.T, p Prepared) T {
	t.Helper()
	e, ok := p.(T)
	if !ok {
		t.Fatalf("prepared %T", p)
	}
	return e
}

func TestPrepareNote(t *testing.T) {
	f := noteFactsBy("n", "ann")
	f.RenoteID, f.Renote = "r", noteFactsBy("r", "ben")
	facts, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	e := stored(t, store.TopicNotes, "note", json.RawMessage(packed(f)))
	derived, err := Prepare(e)
	if err != nil {
		t.Fatal(err)
	}
	e.Facts = facts
	given, err := Prepare(e)
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]Prepared{"derived": derived, "given": given} {
		n := as[*NoteEvent](t, p)
		if n.Facts.ID != "n" || n.Facts.UserID != "ann" || n.Facts.Renote == nil || n.Facts.Renote.UserID != "ben" {
			t.Errorf("%s facts: %+v", name, n.Facts)
		}
		if id, ok := n.RenotedNote(); !ok || id != "r" {
			t.Errorf("%s renoted note: %q %v", name, id, ok)
		}
		if string(n.body.plain.JSON()) != string(e.Body) {
			t.Errorf("%s body: %s", name, n.body.plain.JSON())
		}
	}
	if _, ok := posted(noteFactsBy("n", "ann")).RenotedNote(); ok {
		t.Error("a note that renotes nothing has a renoted note")
	}
}

// Facts that leave embedded notes out, as of a writer who knew no better, are
// filled up from the packed note: who is muted two levels down counts, and what
// is hidden there stays hidden.
func TestPrepareFillsFactsUp(t *testing.T) {
	whole := renoteOf("n", "ann", quoteOf("q", "ben", noteFactsBy("x", "cat")))
	whole.Renote.Renote.Visibility = store.Followers
	body := packed(whole)
	for name, cut := range map[string]func(f *store.NoteFacts){
		"nothing":      func(*store.NoteFacts) {},
		"one level":    func(f *store.NoteFacts) { f.Renote.Renote = nil },
		"both levels":  func(f *store.NoteFacts) { f.Renote = nil },
		"all of them ": nil,
	} {
		e := stored(t, store.TopicNotes, "note", json.RawMessage(body))
		if cut != nil {
			given, quote := *whole, *whole.Renote
			given.Renote = &quote
			cut(&given)
			var err error
			if e.Facts, err = json.Marshal(given); err != nil {
				t.Fatal(err)
			}
		}
		r := newRig(t, Config{Shards: 1})
		r.loader.users["me"] = store.NewRelations("me")
		r.loader.users["me"].Muting["cat"] = struct{}{}
		m, muting := r.join("me")
		m.Connect(connect("localTimeline", "a", ""))
		anybody, others := r.join("")
		anybody.Connect(connect("localTimeline", "a", ""))
		p, err := Prepare(e)
		if err != nil {
			t.Fatal(err)
		}
		r.deliver(p)
		r.flush()
		expect(t, name+" left out, to who mutes", muting.brief(t))
		var got string
		for _, f := range others.take() {
			got += string(f.Payload())
		}
		if strings.Contains(got, "text of x") || strings.Count(got, "text of q") != 1 {
			t.Errorf("%s left out: others got %s", name, got)
		}
	}
	e := stored(t, store.TopicNotes, "note", json.RawMessage(`[]`))
	e.Facts = json.RawMessage(`{"id":"n","userId":"ann","visibility":"public","renoteId":"q"}`)
	if _, err := Prepare(e); err == nil {
		t.Error("a note of which nobody can tell what it embeds is delivered")
	}
}

func TestPrepareOthers(t *testing.T) {
	change := store.RelationChange{Actor: "a", Target: "b", WithReplies: true}
	revocation := store.Revocation{UserID: "a", TokenIDs: []string{"t"}}
	internal := func(typ string, body any) *store.Event { return stored(t, store.TopicInternal, typ, body) }
	for _, row := range []struct {
		e    *store.Event
		want any
	}{
		{internal(store.InternalFollow, change), &RelationEvent{Type: "follow", Change: &change}},
		{internal(store.InternalListMember, change), &RelationEvent{Type: "userListMember", Change: &change}},
		{internal(store.InternalTokenRevoked, revocation), &RevocationEvent{Type: "userTokenRevoked", Revocation: &revocation}},
	} {
		got, err := Prepare(row.e)
		if err != nil || !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s: %+v, %v", row.e.Type, got, err)
		}
	}

	p, err := Prepare(stored(t, store.TopicBroadcast, "emojiAdded", map[string]any{"emoji": 1}))
	if err != nil {
		t.Fatal(err)
	}
	if e := as[*BroadcastEvent](t, p); e.Type != "emojiAdded" || string(e.Body.JSON()) != `{"emoji":1}` {
		t.Errorf("broadcast %+v", e)
	}

	body := store.NoteChange{
		ID: "n", Audience: store.Audience{UserID: "a", Visibility: store.Home},
		ActorID: "b", Body: json.RawMessage(`{"reaction":"👍"}`),
	}
	p, err = Prepare(stored(t, store.NoteTopic("n"), store.NoteReacted, body))
	if err != nil {
		t.Fatal(err)
	}
	if c := as[*NoteChangeEvent](t, p); c.Type != "reacted" || !reflect.DeepEqual(*c.Change, body) || string(c.payload.JSON()) != string(body.Body) {
		t.Errorf("note change %+v", c)
	}

	p, err = Prepare(stored(t, store.UserListTopic("l"), "userAdded", map[string]any{}))
	if e, ok := p.(*TopicEvent); err != nil || !ok || e.Topic != "userListStream:l" || e.UserID != "" {
		t.Errorf("list event %+v, %v", p, err)
	}
}

// TestPrepareRefuses tells what is not delivered rather than delivered wrongly.
func TestPrepareRefuses(t *testing.T) {
	raw := func(topic, typ, body string) *store.Event {
		return &store.Event{ID: 7, Topic: topic, Type: typ, Body: json.RawMessage(body)}
	}
	facts := raw(store.TopicNotes, "note", `{"id":"n","userId":"u"}`)
	facts.Facts = json.RawMessage(`{"id":"n"}`)
	for _, row := range []struct {
		e       *store.Event
		unknown bool
	}{
		{raw(store.TopicNotes, "nonsense", `{}`), true},
		{raw(store.TopicInternal, "nonsense", `{}`), true},
		{raw(store.NoteTopic("n"), "updated", `{}`), true},
		{raw(store.TopicBroadcast, "hello", `{}`), true},
		{raw(store.TopicBroadcast, "emojiAdded", `null`), false},
		{raw(store.TopicNotes, "note", `[]`), false},
		{raw(store.TopicNotes, "note", `{}`), false},
		{facts, false},
		{raw(store.TopicInternal, store.InternalFollow, `[]`), false},
		{raw(store.TopicInternal, store.InternalDeleted, `"x"`), false},
		{raw(store.NoteTopic("n"), store.NoteReacted, `{}`), false},
		{raw(store.NoteTopic("n"), store.NoteReacted, `7`), false},
		{raw(store.PrefixMain, "followed", `{}`), false},
		{raw(store.MainTopic("u"), "mention", `{}`), false},
		{raw(store.MainTopic("u"), "notification", `7`), false},
		{raw(store.MainTopic("u"), "notification", `{"note":7}`), false},
	} {
		p, err := Prepare(row.e)
		if err == nil || p != nil {
			t.Errorf("%s %s %s was taken", row.e.Topic, row.e.Type, row.e.Body)
			continue
		}
		if errors.Is(err, ErrUnknownEvent) != row.unknown {
			t.Errorf("%s %s: %v", row.e.Topic, row.e.Type, err)
		}
	}
}

// TestTwoNotesInOne: a notification in which a second note could not be hidden
// is not rewritten.
func TestTwoNotesInOne(t *testing.T) {
	for body, ok := range map[string]bool{
		`{"id":"x","note":{"id":"n","userId":"u"},"z":1}`:                           true,
		`{"note":{"id":"n","userId":"u"},"note":{"id":"m","userId":"u","text":""}}`: false,
		`{"id":"x"}`: false,
		`[]`:         false,
	} {
		from, to, err := noteIn([]byte(body))
		if (err == nil) != ok {
			t.Errorf("%s: %v", body, err)
		}
		if ok && body[from:to] != `{"id":"n","userId":"u"}` {
			t.Errorf("found %s", body[from:to])
		}
	}
}
