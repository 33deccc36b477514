package api

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"sync"
	"testing"

	"notewire/api/endpoint"
	"notewire/store"
	"notewire/store/relational"
)

// changes are the bodies of noteUpdated since the log was last read.
func (w *noteWorld) changes() []string {
	w.Helper()
	var out []string
	for _, e := range w.log() {
		if e.Topic == store.TopicNotes || len(e.Topic) < len(store.PrefixNote) || e.Topic[:len(store.PrefixNote)] != store.PrefixNote {
			continue
		}
		var c store.NoteChange
		w.decode(e.Body, &c)
		out = append(out, e.Type+" "+string(c.Body))
	}
	return out
}

// React, change, take back: what is told and what is counted.
func TestReactions(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob", "dan@d.example")
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		for _, e := range []*store.Emoji{
			{ID: "e1", Name: "blob", URL: "/files/blob"}, {ID: "e2", Name: "rude", URL: "/files/rude", IsSensitive: true},
			{ID: "e3", Name: "blob", Host: "d.example", URL: "https://d.example/blob"},
		} {
			if err := tx.CreateEmoji(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	ann, dan := userID("ann"), userID("dan")
	for _, c := range []struct {
		name, who, acceptance, reaction string
		stored, emoji                   string
	}{
		{"emoji", "ann", "", "👍", "👍", "null"},
		{"heart in colour", "ann", "", "❤️", "❤", "null"},
		{"name", "ann", "", "like", "👍", "null"},
		{"unknown custom emoji", "ann", "", ":nosuch:", "❤", "null"},
		{"custom emoji", "ann", "", ":blob:", ":blob@.:", `{"name":"blob@.","url":"http://nw.example:3000/files/blob"}`},
		{"custom emoji with host", "ann", "", ":blob@.:", ":blob@.:", `{"name":"blob@.","url":"http://nw.example:3000/files/blob"}`},
		{"another server's", "ann", "", ":blob@d.example:", "❤", "null"},
		{"remote user's", "dan", "", ":blob:", ":blob@d.example:", `{"name":"blob@d.example","url":"https://d.example/blob"}`},
		{"likes only", "ann", "likeOnly", ":blob:", "❤", "null"},
		{"likes only for remote, local", "ann", "likeOnlyForRemote", "🎉", "🎉", "null"},
		{"likes only for remote, remote", "dan", "likeOnlyForRemote", "🎉", "❤", "null"},
		{"nothing rude, rude", "ann", "nonSensitiveOnly", ":rude:", "❤", "null"},
		{"nothing rude, not rude", "ann", "nonSensitiveOnly", ":blob:", ":blob@.:", `{"name":"blob@.","url":"http://nw.example:3000/files/blob"}`},
		{"both, remote", "dan", "nonSensitiveOnlyForLocalLikeOnlyForRemote", "🎉", "❤", "null"},
		{"both, local", "ann", "nonSensitiveOnlyForLocalLikeOnlyForRemote", ":rude:", "❤", "null"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := params{"text": "x"}
			if c.acceptance != "" {
				p["reactionAcceptance"] = c.acceptance
			}
			n := w.posts("bob", p)
			w.log()
			w.call(c.who, "notes/reactions/create", params{"noteId": n.ID, "reaction": c.reaction})
			by := ann
			if c.who == "dan" {
				by = dan
			}
			want := []string{fmt.Sprintf(`reacted {"reaction":%q,"emoji":%s,"userId":%q}`, c.stored, c.emoji, by)}
			if got := w.changes(); !reflect.DeepEqual(got, want) {
				t.Errorf("told %q, want %q", got, want)
			}
			w.refuses(c.who, "notes/reactions/create", params{"noteId": n.ID, "reaction": c.reaction}, errAlreadyReacted)

			var shown packed
			w.decode(w.call(c.who, "notes/show", params{"noteId": n.ID}), &shown)
			if shown.MyReaction != c.stored || !reflect.DeepEqual(shown.Reactions, map[string]int{c.stored: 1}) {
				t.Errorf("shown: %q %v", shown.MyReaction, shown.Reactions)
			}
			w.call(c.who, "notes/reactions/delete", params{"noteId": n.ID})
			want = []string{fmt.Sprintf(`unreacted {"reaction":%q,"userId":%q}`, c.stored, by)}
			if got := w.changes(); !reflect.DeepEqual(got, want) {
				t.Errorf("told %q, want %q", got, want)
			}
			w.refuses(c.who, "notes/reactions/delete", params{"noteId": n.ID}, errNotReacted)
		})
	}
}

func TestReactionIsChanged(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	n := w.says("bob", "x")
	w.call("ann", "notes/reactions/create", params{"noteId": n.ID, "reaction": "🍣"})
	w.tells("notes note, note reacted, main:bob notification(reaction)")
	w.call("ann", "notes/reactions/create", params{"noteId": n.ID, "reaction": "🍺"})
	w.tells("note unreacted, note reacted, main:bob notification(reaction)")
	var shown packed
	w.decode(w.call("", "notes/show", params{"noteId": n.ID}), &shown)
	if !reflect.DeepEqual(shown.Reactions, map[string]int{"🍺": 1}) || shown.MyReaction != "" {
		t.Errorf("shown: %+v", shown)
	}
	w.call("bob", "notes/reactions/create", params{"noteId": n.ID, "reaction": "🍺"})
	w.tells("note reacted") // nobody is notified of themself

	w.mute("bob", "ann")
	w.call("ann", "notes/reactions/create", params{"noteId": n.ID, "reaction": "👍"})
	w.tells("note unreacted, note reacted")
}

// The event carries who may hear of it.
func TestReactionAudience(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	n := w.posts("bob", params{"text": "x", "visibility": "specified", "visibleUserIds": []store.UserID{userID("ann")}})
	w.log()
	w.call("ann", "notes/reactions/create", params{"noteId": n.ID, "reaction": "👍"})
	var c store.NoteChange
	w.decode(w.log()[0].Body, &c)
	if c.ID != n.ID || c.ActorID != userID("ann") || c.UserID != userID("bob") || c.Visibility != store.Specified ||
		!reflect.DeepEqual(c.VisibleUserIDs, []store.UserID{userID("ann")}) {
		t.Errorf("%+v", c)
	}
}

func TestReactionRefusals(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob", "eve")
	w.block("eve", "ann")
	public := w.says("bob", "x")
	followers := w.posts("bob", params{"text": "x", "visibility": "followers"})
	direct := w.posts("bob", params{"text": "x", "visibility": "specified"})
	renote := w.posts("bob", params{"renoteId": public.ID})
	eves := w.says("eve", "x")
	w.log()
	for _, c := range []struct {
		note store.NoteID
		want *endpoint.Error
	}{
		{"none", errNoSuchReactionNote}, {followers.ID, errNoSuchReactionNote}, {direct.ID, errNoSuchReactionNote},
		{renote.ID, errReactToRenote}, {eves.ID, errBlockedFromReact}, {"a b", endpoint.ErrInvalidParam},
	} {
		w.refuses("ann", "notes/reactions/create", params{"noteId": c.note, "reaction": "👍"}, c.want)
	}
	w.refuses("ann", "notes/reactions/create", params{"noteId": public.ID}, endpoint.ErrInvalidParam)
	w.refuses("", "notes/reactions/create", params{"noteId": public.ID, "reaction": "👍"}, endpoint.ErrCredentialRequired)
	w.refuses("ann", "notes/reactions/delete", params{"noteId": "none"}, errNoSuchReactedNote)
	w.refuses("ann", "notes/reactions/delete", params{"noteId": public.ID}, errNotReacted)
	w.refuses("", "notes/reactions/delete", params{"noteId": public.ID}, endpoint.ErrCredentialRequired)
	w.refuses("ann", "notes/reactions", params{"noteId": followers.ID}, errNoReactionsOfNote)
	w.refuses("", "notes/reactions", params{"noteId": "none"}, errNoReactionsOfNote)
	w.tells("")
}

func TestReactionList(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob", "eve")
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateEmoji(ctx, &store.Emoji{ID: "e1", Name: "blob", URL: "/files/blob"})
	})
	n := w.says("bob", "x")
	for who, reaction := range map[string]string{"ann": "👍", "bob": ":blob:", "eve": "👍"} {
		w.call(who, "notes/reactions/create", params{"noteId": n.ID, "reaction": reaction})
	}
	for _, c := range []struct {
		typ  any
		want int
	}{{nil, 3}, {"👍", 2}, {"like", 2}, {":blob:", 1}, {":blob@.:", 1}, {"🎉", 0}, {":blob@d.example:", 0}} {
		var list []struct {
			ID, Type string
			User     struct{ Username string }
		}
		w.decode(w.call("", "notes/reactions", params{"noteId": n.ID, "type": c.typ}), &list)
		if len(list) != c.want {
			t.Errorf("%v: %v, want %d", c.typ, list, c.want)
		}
		for i := 1; i < len(list); i++ {
			if list[i-1].ID <= list[i].ID {
				t.Errorf("%v: not the newest first: %v", c.typ, list)
			}
		}
	}
}

// Many react at once, change and take back: what is left is what is counted.
func TestReactionsAtOnceLoseNoCount(t *testing.T) {
	const people = 12
	names := make([]string, people)
	for i := range names {
		names[i] = "p" + string(rune('a'+i))
	}
	w := newNoteWorld(t, append([]string{"bob"}, names...)...)
	n := w.says("bob", "x")
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			for _, step := range []struct {
				endpoint, reaction string
			}{{"create", "👍"}, {"create", "🎉"}, {"delete", ""}, {"create", []string{"👍", "🎉", "❤"}[i%3]}} {
				p := params{"noteId": n.ID}
				if step.reaction != "" {
					p["reaction"] = step.reaction
				}
				if status, body := w.answerOf(name, "notes/reactions/"+step.endpoint, p); status != http.StatusNoContent {
					t.Errorf("%s by %s: %d %s", step.endpoint, name, status, body)
				}
			}
		})
	}
	wg.Wait()
	var shown packed
	w.decode(w.call("", "notes/show", params{"noteId": n.ID}), &shown)
	if want := map[string]int{"👍": 4, "🎉": 4, "❤": 4}; !reflect.DeepEqual(shown.Reactions, want) {
		t.Errorf("counted %v, want %v", shown.Reactions, want)
	}
	told := map[string]int{}
	for _, e := range w.log() {
		var c store.NoteChange
		var body struct{ Reaction string }
		if e.Type != store.NoteReacted && e.Type != store.NoteUnreacted {
			continue
		}
		w.decode(e.Body, &c)
		w.decode(c.Body, &body)
		if e.Type == store.NoteReacted {
			told[body.Reaction]++
		} else {
			told[body.Reaction]--
		}
	}
	if !reflect.DeepEqual(told, shown.Reactions) {
		t.Errorf("what was told sums up to %v, counted is %v", told, shown.Reactions)
	}
}

// One user's calls at once: one reaction is left.
func TestReactingTwiceAtOnce(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	n := w.says("bob", "x")
	var wg sync.WaitGroup
	var mu sync.Mutex
	answers := map[int]int{}
	for range 8 {
		wg.Go(func() {
			status, _ := w.answerOf("ann", "notes/reactions/create", params{"noteId": n.ID, "reaction": "👍"})
			mu.Lock()
			defer mu.Unlock()
			answers[status]++
		})
	}
	wg.Wait()
	if want := map[int]int{http.StatusNoContent: 1, http.StatusBadRequest: 7}; !reflect.DeepEqual(answers, want) {
		t.Errorf("answers: %v, want %v", answers, want)
	}
}
