package channel

import (
	"encoding/json"
	"strings"
	"testing"

	"notewire/protocol"
	"notewire/store"
)

// stored makes an event as it comes from the log.
func stored(t *testing.T, topic, typ string, body any) *store.Event {
	t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return &store.Event{ID: 1, Topic: topic, Type: typ, Body: b}
}

// notification packs a notification about a note, by the note's author.
func notification(id, typ string, by store.UserID, host string, f *store.NoteFacts) map[string]any {
	n := map[string]any{"id": id, "type": typ, "userId": by, "user": map[string]any{"id": by, "host": nil}}
	if host != "" {
		n["user"] = map[string]any{"id": by, "host": host}
	}
	if f != nil {
		n["note"] = json.RawMessage(packed(f))
	}
	return n
}

// TestMainRules tells which events main sends, by who caused them and about
// which note.
func TestMainRules(t *testing.T) {
	by := func(author store.UserID, host string, vis store.Visibility, mentions ...store.UserID) *store.NoteFacts {
		f := noteFactsBy("n", author)
		f.UserHost, f.Visibility, f.Mentions = host, vis, mentions
		if vis == store.Specified {
			f.VisibleUserIDs = mentions
		}
		return f
	}
	note := func(f *store.NoteFacts) any { return json.RawMessage(packed(f)) }
	far := "far.example"
	for _, row := range []struct {
		name string
		typ  string
		body any
		want bool
	}{
		{"mention", "mention", note(by("ann", "", store.Public, "me")), true},
		{"mention by a muted user", "mention", note(by("muted", "", store.Public, "me")), false},
		{"reply by a muted user", "reply", note(by("muted", "", store.Public)), false},
		{"renote by a muted user", "renote", note(by("muted", "", store.Public)), false},
		{"mention from a muted instance", "mention", note(by("eve", far, store.Public, "me")), false},
		{"mention by who blocks me", "mention", note(by("blocker", "", store.Public, "me")), true},
		{"mention in a specified note to me", "mention", note(by("ann", "", store.Specified, "me")), true},
		{"mention in a specified note to another", "mention", note(by("ann", "", store.Specified, "ben")), false},
		{"mention in a followers-only note", "mention", note(by("ann", "", store.Followers, "me")), true},
		{"reply that I may not see", "reply", note(by("ann", "", store.Followers, "ben")), false},
		{"notification about a note", "notification", notification("x", "mention", "ann", "", by("ann", "", store.Public)), true},
		{"notification about a note that I may not see", "notification",
			notification("x", "mention", "ann", "", by("ann", "", store.Specified, "ben")), false},
		{"notification by a muted user", "notification", notification("x", "reaction", "muted", "", by("me", "", store.Public)), false},
		{"notification from a muted instance", "notification", notification("x", "follow", "eve", far, nil), false},
		{"notification from another instance", "notification", notification("x", "follow", "ben", "near.example", nil), true},
		{"notification by nobody", "notification", map[string]any{"id": "x", "type": "login"}, true},
		{"notification about my own specified note", "notification",
			notification("x", "pollEnded", "", "", by("me", "", store.Specified)), true},
		{"unreadNotification by a muted user", "unreadNotification", notification("x", "follow", "muted", "", nil), false},
		{"unreadNotification", "unreadNotification", notification("x", "follow", "ann", "", nil), true},
		{"followed by a muted user", "followed", map[string]any{"id": "muted", "host": nil}, true},
		{"follow", "follow", map[string]any{"id": "ann"}, true},
		{"unfollow", "unfollow", map[string]any{"id": "ann"}, true},
		{"receiveFollowRequest", "receiveFollowRequest", map[string]any{"id": "ann"}, true},
		{"meUpdated", "meUpdated", map[string]any{"id": "me"}, true},
		{"readAllNotifications", "readAllNotifications", nil, true},
		{"myTokenRegenerated", "myTokenRegenerated", nil, true},
		{"something new about a note", "somethingNew", note(by("muted", "", store.Public)), true},
		{"something new about a note that I may not see", "somethingNew", note(by("ann", "", store.Followers)), false},
		{"something new about a note in it that I may not see", "somethingNew", map[string]any{"note": note(by("ann", "", store.Followers))}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := newRig(t, Config{})
			rel := store.NewRelations("me")
			rel.Muting["muted"] = struct{}{}
			rel.BlockedBy["blocker"] = struct{}{}
			rel.MutedInstances[far] = struct{}{}
			r.loader.users["me"] = rel
			m, s := r.join("me")
			m.Connect(connect("main", "m", ""))
			m.Connect(connect("homeTimeline", "h", ""))
			other, o := r.join("other")
			other.Connect(connect("main", "m", ""))
			r.flush()
			e := stored(t, store.MainTopic("me"), row.typ, row.body)
			if row.typ == "somethingNew" {
				f, err := protocol.FactsFromPackedNote(protocol.NoteAt(e.Body, protocol.FindNote(e.Body)))
				if err != nil {
					t.Fatal(err)
				}
				if e.Facts, err = json.Marshal(store.EventFacts{NoteFacts: f}); err != nil {
					t.Fatal(err)
				}
			}
			p, err := Prepare(e)
			if err != nil {
				t.Fatal(err)
			}
			r.deliver(p)
			r.flush()
			var got []string
			for _, f := range s.take() {
				got = append(got, string(f.Payload()))
			}
			var want []string
			if row.want {
				want = append(want, `{"type":"channel","body":{"id":"m","type":"`+row.typ+`","body":`+string(e.Body)+`}}`)
			}
			expect(t, row.name, got, want...)
			expect(t, "somebody else", o.brief(t))
		})
	}
}

// TestMainKeepsTheWritersOrder sends events in the order of the log, and to
// every connection of the user.
func TestMainKeepsTheWritersOrder(t *testing.T) {
	r := newRig(t, Config{})
	a, sa := r.join("me")
	b, sb := r.join("me")
	a.Connect(connect("main", "a", ""))
	b.Connect(connect("main", "b", ""))
	r.flush()
	f := noteFactsBy("n", "ann")
	var events []Prepared
	for _, e := range []*store.Event{
		stored(t, store.MainTopic("me"), "mention", json.RawMessage(packed(f))),
		stored(t, store.MainTopic("me"), "reply", json.RawMessage(packed(f))),
		stored(t, store.MainTopic("me"), "notification", notification("x", "reply", "ann", "", f)),
		stored(t, store.MainTopic("me"), "unreadNotification", notification("x", "reply", "ann", "", f)),
	} {
		p, err := Prepare(e)
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, p)
	}
	r.deliver(events...)
	r.flush()
	for id, s := range map[string]*testSink{"a": sa, "b": sb} {
		expect(t, id, s.brief(t), id+" mention n", id+" reply n", id+" notification x", id+" unreadNotification x")
	}
}

// TestMainHides blanks what is embedded and not for the viewer, in a note and
// in a notification, and sends no renote of which nothing would be left.
func TestMainHides(t *testing.T) {
	r := newRig(t, Config{})
	m, s := r.join("me")
	m.Connect(connect("main", "m", ""))
	r.flush()
	quote := noteFactsBy("quote", "ann")
	quote.RenoteID, quote.Renote = "secret", noteFactsBy("secret", "ben")
	quote.Renote.Visibility = store.Followers
	renote := noteFactsBy("renote", "ann")
	renote.HasText, renote.RenoteID, renote.Renote = false, "secret", quote.Renote
	for _, e := range []*store.Event{
		stored(t, store.MainTopic("me"), "mention", json.RawMessage(packed(quote))),
		stored(t, store.MainTopic("me"), "notification", notification("x", "mention", "ann", "", quote)),
		stored(t, store.MainTopic("me"), "renote", json.RawMessage(packed(renote))),
		stored(t, store.MainTopic("me"), "notification", notification("y", "renote", "ann", "", renote)),
	} {
		p, err := Prepare(e)
		if err != nil {
			t.Fatal(err)
		}
		r.deliver(p)
	}
	r.flush()
	frames := s.take()
	if len(frames) != 2 {
		t.Fatalf("%d frames, want two", len(frames))
	}
	for _, f := range frames {
		text := string(f.Payload())
		if !json.Valid(f.Payload()) || strings.Contains(text, "text of secret") ||
			!strings.Contains(text, "text of quote") || !strings.Contains(text, `"isHidden":true`) {
			t.Errorf("frame %s", text)
		}
	}
}
