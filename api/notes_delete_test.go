package api

import (
	"context"
	"strings"
	"testing"

	"notewire/api/endpoint"
	"notewire/store"
	"notewire/store/relational"
)

// deleted are the notes whose deletion was told since the log was last read.
func (w *noteWorld) deleted() string {
	w.Helper()
	var out []string
	for _, e := range w.log() {
		if e.Type == store.NoteDeleted {
			out = append(out, strings.TrimPrefix(e.Topic, store.PrefixNote))
		}
	}
	return strings.Join(out, " ")
}

func TestDeletion(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob", "mod")
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		u, err := tx.UserForUpdate(ctx, userID("mod"))
		if err != nil {
			return err
		}
		u.IsModerator = true
		return tx.UpdateUser(ctx, u)
	})
	n := w.says("bob", "x")
	renote := w.posts("ann", params{"renoteId": n.ID})
	quote := w.posts("ann", params{"renoteId": n.ID, "text": "quote"})
	reply := w.posts("ann", params{"replyId": n.ID, "text": "reply"})
	w.log()

	w.refuses("ann", "notes/delete", params{"noteId": n.ID}, errNotYourNote)
	w.refuses("", "notes/delete", params{"noteId": n.ID}, endpoint.ErrCredentialRequired)
	w.refuses("bob", "notes/delete", params{"noteId": "none"}, errNoSuchNoteToDelete)
	w.tells("")

	w.call("bob", "notes/delete", params{"noteId": n.ID})
	if got, want := w.deleted(), string(n.ID)+" "+string(renote.ID); got != want {
		t.Errorf("deleted %s, want %s", got, want)
	}
	for _, gone := range []packed{n, renote} {
		w.refuses("ann", "notes/show", params{"noteId": gone.ID}, errNoSuchNoteToShow)
	}
	for _, left := range []packed{quote, reply} {
		var shown packed
		w.decode(w.call("", "notes/show", params{"noteId": left.ID}), &shown)
		if shown.Reply != nil || shown.Renote != nil || shown.ReplyID != left.ReplyID || shown.RenoteID != left.RenoteID {
			t.Errorf("shown: %+v", shown)
		}
	}
	w.refuses("bob", "notes/delete", params{"noteId": n.ID}, errNoSuchNoteToDelete)

	w.call("mod", "notes/delete", params{"noteId": reply.ID})
	if got := w.deleted(); got != string(reply.ID) {
		t.Errorf("a moderator deleted %q", got)
	}
}

func TestUnrenote(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	n := w.says("bob", "x")
	mine := w.posts("ann", params{"renoteId": n.ID})
	w.posts("bob", params{"renoteId": n.ID})
	w.posts("ann", params{"renoteId": n.ID, "text": "quote"})
	hidden := w.posts("bob", params{"text": "x", "visibility": "followers"})
	w.log()
	w.call("ann", "notes/unrenote", params{"noteId": n.ID})
	if got := w.deleted(); got != string(mine.ID) {
		t.Errorf("deleted %q, want %s", got, mine.ID)
	}
	w.call("ann", "notes/unrenote", params{"noteId": n.ID})
	w.tells("")
	var shown packed
	w.decode(w.call("ann", "notes/show", params{"noteId": n.ID}), &shown)
	if shown.RenoteCount != 1 {
		t.Errorf("%d renotes are counted", shown.RenoteCount)
	}
	w.refuses("ann", "notes/unrenote", params{"noteId": "none"}, errNoSuchRenotedNote)
	w.refuses("ann", "notes/unrenote", params{"noteId": hidden.ID}, errNoSuchRenotedNote)
	w.refuses("", "notes/unrenote", params{"noteId": n.ID}, endpoint.ErrCredentialRequired)
}

// Of a note that one may not see there is the shell only.
func TestShowHides(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob", "eve")
	w.follow("ann", "bob", false)
	n := w.posts("bob", params{"text": "secret", "cw": "hint", "visibility": "followers", "poll": params{"choices": []string{"secret", "b"}}})
	for who, visible := range map[string]bool{"": false, "eve": false, "ann": true, "bob": true} {
		body := string(w.call(who, "notes/show", params{"noteId": n.ID}))
		if got := strings.Contains(body, "secret") && strings.Contains(body, "hint"); got != visible || strings.Contains(body, `"isHidden":true`) == visible {
			t.Errorf("%q is shown %s", who, body)
		}
	}
	if got := string(w.call("ann", "notes/state", params{"noteId": n.ID})); got != `{"isFavorited":false,"isMutedThread":false}` {
		t.Errorf("state: %s", got)
	}
	w.refuses("", "notes/state", params{"noteId": n.ID}, endpoint.ErrCredentialRequired)
}
