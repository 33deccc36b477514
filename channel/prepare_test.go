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
		if n.Facts().ID != "n" || n.Facts().UserID != "ann" || n.Facts().Renote == nil || n.Facts().Renote.UserID != "ben" {
			t.Errorf("%s facts: %+v", name, n.Facts())
		}
		if derived := FactsDerived(p); derived != (name == "derived") {
			t.Errorf("%s facts are derived: %v", name, derived)
		}
		if string(n.body.plain.JSON()) != string(e.Body) {
			t.Errorf("%s body: %s", name, n.body.plain.JSON())
		}
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
		{raw(store.MainTopic("u"), "notification", `{"notes":[{"id":"n","userId":"u","cw":null}]}`), false},
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

// TestNoteWithoutFacts: whatever the topic and the type, an event that carries a note
// is taken only with the note's facts, and refused where nothing of the note could be
// hidden. The types that are known to carry notes have facts derived.
func TestNoteWithoutFacts(t *testing.T) {
	const note = `{"id":"n","userId":"ann","user":{"host":null},"visibility":"public"}`
	facts := `{"id":"n","userId":"ann","visibility":"followers"}`
	change := `{"id":"n","userId":"ann","visibility":"public","body":{"note":` + note + `}}`
	main := store.MainTopic("me")
	for _, row := range []struct {
		topic, typ, body, facts string
		want                    string // given, derived, none or refused
	}{
		{store.TopicNotes, store.EventNote, note, facts, "given"},
		{store.TopicNotes, store.EventNote, note, "", "derived"},
		{main, store.MainMention, note, facts, "given"},
		{main, store.MainMention, note, `null`, "derived"},
		{main, store.MainMention, note, `{"causerId":"ann"}`, "derived"},
		{main, store.MainNotification, `{"userId":"ann","note":` + note + `}`, facts, "given"},
		{main, store.MainNotification, `{"userId":"ann","note":` + note + `}`, `{"causerId":"ann"}`, "derived"},
		{main, store.MainNotification, `{"userId":"ann","note":null}`, "", "none"},
		{main, store.MainNotification, `{"userId":"ann","other":` + note + `}`, `{"causerId":"ann"}`, "refused"},
		{main, "unheardOf", note, "", "refused"},
		{main, "unheardOf", note, facts, "given"},
		{main, "unheardOf", `{"note":` + note + `}`, `{"causerId":"ann"}`, "refused"},
		{main, "unheardOf", `{"note":` + note + `}`, facts, "given"},
		{main, "unheardOf", `{"pinned":[` + note + `]}`, facts, "refused"},
		{main, store.MainMeUpdated, `{"id":"me","pinnedNotes":[]}`, "", "none"},
		{main, store.MainMeUpdated, `{"id":"me","pinnedNotes":[` + note + `]}`, "", "refused"},
		{store.PrefixAntenna + "a", store.EventNote, note, "", "refused"},
		{store.PrefixAntenna + "a", store.EventNote, note, facts, "given"},
		{store.PrefixAntenna + "a", store.EventNote, note, `{"id":"n"}`, "refused"},
		{store.PrefixUserList + "l", store.MainMention, note, "", "refused"},
		{store.PrefixUserList + "l", store.ListUserAdded, `{"id":"u","username":"u"}`, "", "none"},
		{store.TopicBroadcast, store.BroadcastAnnouncementCreated, `{"announcement":` + note + `}`, "", "refused"},
		{store.NoteTopic("n"), store.NoteReacted, change, "", "refused"},
	} {
		e := &store.Event{Topic: row.topic, Type: row.typ, Body: json.RawMessage(row.body), Facts: json.RawMessage(row.facts)}
		p, err := Prepare(e)
		got := "refused"
		if err == nil {
			got = "none"
			f := noteOf(p).facts
			switch {
			case FactsDerived(p):
				got = "derived"
			case f != nil && f.Visibility == store.Followers:
				got = "given"
			case f != nil:
				got = "taken from nowhere"
			}
		}
		if got != row.want {
			t.Errorf("%s on %s, %s with facts %q: %s, want %s (%v)", row.typ, row.topic, row.body, row.facts, got, row.want, err)
		}
	}
}

// TestNamedCauserCounts: who caused an event is whom its writer names, and otherwise
// whom its body tells.
func TestNamedCauserCounts(t *testing.T) {
	const note = `{"id":"n","userId":"ann","user":{"host":"a.example"},"visibility":"public"}`
	facts := `"id":"n","userId":"ann","userHost":"b.example","visibility":"public"`
	for _, row := range []struct{ typ, body, facts, want string }{
		{store.MainReply, note, ``, "ann@a.example"},
		{store.MainReply, note, `{` + facts + `}`, "ann@b.example"},
		{store.MainReply, note, `{` + facts + `,"causerId":"ben","causerHost":"c.example"}`, "ben@c.example"},
		{store.MainNotification, `{"userId":"cat","user":{"host":"d.example"},"note":` + note + `}`, `{` + facts + `}`, "cat@d.example"},
		{store.MainNotification, `{"userId":"cat","note":` + note + `}`, `{` + facts + `,"causerId":"ben"}`, "ben@"},
		{store.MainNotification, `{"type":"login"}`, `{}`, "@"},
		{store.MainFollowed, `{"id":"ben"}`, `{"causerId":"ben"}`, "@"},
	} {
		p, err := Prepare(&store.Event{Topic: store.MainTopic("me"), Type: row.typ, Body: json.RawMessage(row.body), Facts: json.RawMessage(row.facts)})
		if err != nil {
			t.Errorf("%s %s: %v", row.body, row.facts, err)
			continue
		}
		c := as[*TopicEvent](t, p).note.causer
		if got := string(c.UserID) + "@" + c.Host; got != row.want {
			t.Errorf("%s with facts %s: caused by %s, want %s", row.body, row.facts, got, row.want)
		}
	}
}
