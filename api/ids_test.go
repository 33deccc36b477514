package api

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"notewire/store"
)

// repeating makes each id several times, as processes do that make ids in the
// same milliseconds.
type repeating struct {
	mu   sync.Mutex
	ids  *store.IDs
	last string
	left int
}

const repetitions = 4

// New implements IDMaker.
func (r *repeating) New(at time.Time) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left == 0 {
		r.last, r.left = r.ids.New(at), repetitions
	}
	r.left--
	return r.last
}

// Whatever is made under an id that is taken is made under another one, with
// all that is told of it.
func TestTakenIDs(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob", "cat", "dan", "eve")
	w.serveWith(func(c *Config) { c.IDs = &repeating{ids: store.NewIDs(store.AID)} })
	others := []string{"bob", "cat", "dan", "eve"}
	twice := func(do func(i int)) {
		for i := range 2 {
			do(i)
		}
	}

	notes := map[string]bool{}
	var note, poll packed
	twice(func(i int) { note = w.says("ann", fmt.Sprint("note ", i)); notes[string(note.ID)] = true })
	twice(func(i int) {
		notes[string(w.posts("bob", params{"renoteId": note.ID, "text": fmt.Sprint(i)}).ID)] = true
	})
	twice(func(int) { poll = w.poll("ann", false, nil); notes[string(poll.ID)] = true })
	if len(notes) != 6 {
		t.Errorf("six notes have %d ids", len(notes))
	}
	posted := map[string]bool{}
	for _, e := range w.log() {
		if e.Topic == store.TopicNotes {
			posted[text(w.object(e.Body)["id"])] = true
		}
	}
	if len(posted) != 6 {
		t.Errorf("the log tells of %d of six notes", len(posted))
	}
	for endpoint, p := range map[string]params{
		"notes/reactions/create": {"noteId": note.ID, "reaction": "❤"},
		"notes/polls/vote":       {"noteId": poll.ID, "choice": 0},
		"following/create":       {"userId": userID("ann")},
	} {
		for _, who := range others {
			w.call(who, endpoint, p)
		}
	}
	// Each twice in a row, so that the second of a table is given the id of the first.
	list, channel := "", ""
	twice(func(i int) {
		list = text(w.object(w.call("ann", "users/lists/create", params{"name": fmt.Sprint(i)}))["id"])
	})
	twice(func(i int) {
		channel = text(w.object(w.call("ann", "channels/create", params{"name": fmt.Sprint(i)}))["id"])
	})
	twice(func(i int) { w.uploads("ann", fmt.Sprint(i, ".txt"), []byte(fmt.Sprint("file ", i))) })
	twice(func(i int) {
		w.call("ann", "miauth/gen-token", params{"session": fmt.Sprint(i), "permission": []string{"read:account"}})
	})
	twice(func(i int) { w.signUp(fmt.Sprint("new", i)) })
	twice(func(int) { w.must("", "signin", map[string]any{"username": "new0", "password": testPassword}) })
	for _, c := range []struct {
		endpoint string
		call     func(who, endpoint string)
	}{
		{"users/lists/push", func(who, e string) { w.call("ann", e, params{"listId": list, "userId": userID(who)}) }},
		{"channels/follow", func(who, e string) { w.call(who, e, params{"channelId": channel}) }},
		{"mute/create", func(who, e string) { w.call("ann", e, params{"userId": userID(who)}) }},
		{"renote-mute/create", func(who, e string) { w.call("ann", e, params{"userId": userID(who)}) }},
		{"blocking/create", func(who, e string) { w.call("ann", e, params{"userId": userID(who)}) }},
	} {
		for _, who := range others {
			c.call(who, c.endpoint)
		}
	}
}
