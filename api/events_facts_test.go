package api

import (
	"encoding/json"
	"testing"

	"notewire/store"
)

// Everything on a main topic that carries a note, or that somebody caused whom its
// reader may mute, is written with the facts that the rules of delivery need.
func TestMainEventsHaveFacts(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob", "dan@d.example")
	n := w.says("bob", "x")
	w.log()
	w.posts("ann", params{"text": "re", "replyId": n.ID, "renoteId": n.ID})
	w.posts("dan", params{"text": "re", "replyId": n.ID})
	w.call("ann", "notes/reactions/create", params{"noteId": n.ID, "reaction": "👍"})
	w.call("ann", "following/create", params{"userId": userID("bob")})
	count := map[string]int{}
	for _, e := range w.log() {
		switch e.Type {
		case store.MainMention, store.MainReply, store.MainRenote, store.MainNotification:
		default:
			continue
		}
		var body struct {
			ID     store.NoteID
			UserID store.UserID
			User   struct{ Host string }
			Note   *struct{ ID store.NoteID }
		}
		w.decode(e.Body, &body)
		var facts store.EventFacts
		if err := json.Unmarshal(e.Facts, &facts); err != nil {
			t.Fatalf("%s has the facts %s: %v", e.Type, e.Facts, err)
		}
		want := body.ID
		if e.Type == store.MainNotification {
			want = ""
			if body.Note != nil {
				want = body.Note.ID
			}
		}
		if (facts.NoteFacts != nil) != (want != "") || want != "" && facts.ID != want {
			t.Errorf("%s about the note %q has the facts %s", e.Type, want, e.Facts)
		}
		if facts.CauserID != body.UserID || facts.CauserHost != body.User.Host {
			t.Errorf("%s by %s@%s has the facts %s", e.Type, body.UserID, body.User.Host, e.Facts)
		}
		if facts.NoteFacts != nil && (facts.ReplyID != "" && facts.Reply == nil || facts.RenoteID != "" && facts.Renote == nil) {
			t.Errorf("%s lacks the facts of what it embeds: %s", e.Type, e.Facts)
		}
		count[e.Type]++
	}
	if count[store.MainMention] != 2 || count[store.MainReply] != 2 || count[store.MainRenote] != 1 || count[store.MainNotification] != 5 {
		t.Errorf("saw %v", count)
	}
}
