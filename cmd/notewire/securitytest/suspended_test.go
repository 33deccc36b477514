package securitytest

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// spam is a world in which bob has posted, others have answered, renoted and
// quoted him, and me looks on. Notes have names: withdrawn are those that show
// bob's words.
type spam struct {
	*node                   // where calls are made
	root, me, bob, ann, cat person
	channel, list           string
	names                   map[string]string // of notes, by id
	ids                     map[string]string // of the newest note of each name
	read                    map[*client]int   // frames that were looked at
}

var withdrawn = []string{"spam", "answer", "inChannel", "renote", "quote", "reply", "renoteOfQuote"}

func newSpam(n *node) *spam {
	w := &spam{node: n, root: n.signUp("root"), me: n.signUp("me"), bob: n.signUp("bob"), ann: n.signUp("ann"), cat: n.signUp("cat"),
		names: map[string]string{}, ids: map[string]string{}, read: map[*client]int{}}
	w.channel = str(n.must(w.cat.token, "channels/create", map[string]any{"name": "topic"})["id"])
	n.must(w.me.token, "channels/follow", map[string]any{"channelId": w.channel})
	w.list = str(n.must(w.me.token, "users/lists/create", map[string]any{"name": "list"})["id"])
	for _, p := range []person{w.bob, w.ann, w.cat} {
		n.must(w.me.token, "following/create", map[string]any{"userId": p.id, "withReplies": true})
		n.must(w.me.token, "users/lists/push", map[string]any{"listId": w.list, "userId": p.id})
		n.must(w.me.token, "users/lists/update-membership", map[string]any{"listId": w.list, "userId": p.id, "withReplies": true})
	}
	return w
}

func (w *spam) say(by person, name string, params map[string]any) {
	w.Helper()
	if !strings.HasPrefix(name, "renote") {
		params["text"] = name
	}
	note, _ := w.must(by.token, "notes/create", params)["createdNote"].(map[string]any)
	w.names[str(note["id"])], w.ids[name] = name, str(note["id"])
}

func (w *spam) begin() {
	w.Helper()
	w.say(w.me, "mine", map[string]any{})
	w.say(w.bob, "spam", map[string]any{})
	w.say(w.bob, "answer", map[string]any{"replyId": w.ids["mine"]})
	w.say(w.bob, "inChannel", map[string]any{"channelId": w.channel})
}

// react lets others renote, quote and answer bob, and then say something else.
func (w *spam) react(last string) {
	w.Helper()
	w.say(w.ann, "renote", map[string]any{"renoteId": w.ids["spam"]})
	w.say(w.ann, "quote", map[string]any{"renoteId": w.ids["spam"]})
	w.say(w.ann, "reply", map[string]any{"replyId": w.ids["spam"]})
	w.say(w.cat, "renoteOfQuote", map[string]any{"renoteId": w.ids["quote"]})
	w.say(w.cat, last, map[string]any{})
}

// sent waits until everything before has come to the connection, on the local
// timeline that it has joined under the id, and answers by channel the names of
// the notes that it was sent since it was last asked, and of notes on main.
func (w *spam) sent(c *client, local string) map[string]string {
	w.Helper()
	w.say(w.cat, "fence", map[string]any{})
	waitNote(c, local, w.ids["fence"])
	out := map[string]string{}
	all := c.seen()
	for _, f := range all[w.read[c]:] {
		var body struct {
			ID   string
			Note struct{ ID string }
		}
		if f.Type != "channel" || f.Body.Type == "unreadNotification" { // a reminder comes when it likes
			continue
		}
		if err := json.Unmarshal(f.Body.Body, &body); err != nil {
			w.Fatal(err)
		}
		for _, id := range []string{body.ID, body.Note.ID} {
			if name := w.names[id]; name != "" && name != "fence" {
				out[f.Body.ID] = strings.TrimSpace(out[f.Body.ID] + " " + name)
			}
		}
	}
	w.read[c] = len(all)
	return out
}

// lists are the names of the notes in every list that the API has.
func (w *spam) lists() map[string]string {
	w.Helper()
	out := map[string]string{}
	for name, call := range map[string]struct {
		endpoint string
		params   map[string]any
	}{
		"home":               {"notes/timeline", map[string]any{}},
		"social":             {"notes/hybrid-timeline", map[string]any{}},
		"local":              {"notes/local-timeline", map[string]any{"withReplies": true}},
		"global":             {"notes/global-timeline", map[string]any{}},
		"list":               {"notes/user-list-timeline", map[string]any{"listId": w.list}},
		"channel":            {"channels/timeline", map[string]any{"channelId": w.channel}},
		"mentions":           {"notes/mentions", map[string]any{}},
		"bob's profile":      {"users/notes", map[string]any{"userId": w.bob.id, "withReplies": true, "withChannelNotes": true}},
		"ann's profile":      {"users/notes", map[string]any{"userId": w.ann.id, "withReplies": true, "withChannelNotes": true}},
		"replies to mine":    {"notes/replies", map[string]any{"noteId": w.ids["mine"]}},
		"children of spam":   {"notes/children", map[string]any{"noteId": w.ids["spam"]}},
		"renotes of spam":    {"notes/renotes", map[string]any{"noteId": w.ids["spam"]}},
		"above the reply":    {"notes/conversation", map[string]any{"noteId": w.ids["reply"]}},
		"what me is told of": {"i/notifications", map[string]any{"markAsRead": false}},
	} {
		status, body := w.post(w.me.token, call.endpoint, call.params)
		var found []struct {
			ID   string
			Note struct{ ID string }
		}
		if err := json.Unmarshal(body, &found); err != nil || status != http.StatusOK {
			w.Fatalf("%s: %d %s", call.endpoint, status, body)
		}
		for _, n := range found {
			if named := w.names[n.ID] + w.names[n.Note.ID]; named != "" && named != "fence" {
				out[name] = strings.TrimSpace(out[name] + " " + named)
			}
		}
	}
	return out
}

// shown checks what is shown whoever is suspended, and what is only shown if bob
// is not.
func (w *spam) shown(profile bool) {
	w.Helper()
	for _, token := range []string{w.me.token, ""} {
		if status, body := w.post(token, "notes/show", map[string]any{"noteId": w.ids["quote"]}); status != http.StatusOK || strings.Count(string(body), `"text":"spam"`) != 1 {
			w.Errorf("notes/show: %d %s", status, body)
		}
		if status, _ := w.post(token, "users/show", map[string]any{"userId": w.bob.id}); (status == http.StatusOK) != profile {
			w.Errorf("users/show answered %d", status)
		}
	}
}

func (w *spam) unread() float64 {
	w.Helper()
	n, _ := w.must(w.me.token, "i", map[string]any{})["unreadNotificationsCount"].(float64)
	return n
}

// What a suspended author wrote, and what shows their words, leaves every
// timeline, list and stream on every node until they are suspended no more. By
// its id a note is still shown, and a profile is not, as on Misskey.
func TestSuspendedAuthorsLeave(t *testing.T) {
	fleets(t, func(t *testing.T, here, there *node) {
		w := newSpam(here)
		conn := there.open(w.me.token)
		for _, j := range joined {
			conn.join(j.channel, j.id, j.params)
		}
		conn.join("main", "main", nil)
		start := joinFrom(there.open(w.me.token), "")

		w.begin()
		w.react("good")
		before, streamed := w.lists(), w.sent(conn, "local")
		for _, name := range withdrawn {
			if !strings.Contains(strings.Join(slices.Collect(maps.Values(before)), " "), name) {
				t.Errorf("%s is in no list, so its absence would tell nothing", name)
			}
			if !strings.Contains(streamed["home"], name) {
				t.Errorf("%s is not streamed: %v", name, streamed)
			}
		}
		if mentionReplyNotification := strings.Count(streamed["main"], "answer"); mentionReplyNotification != 3 {
			t.Errorf("main had %q", streamed["main"])
		}
		unread := w.unread()

		here.must(w.root.token, "admin/suspend-user", map[string]any{"userId": w.bob.id})
		for name, notes := range w.lists() {
			left := slices.DeleteFunc(strings.Fields(before[name]), func(n string) bool { return slices.Contains(withdrawn, n) })
			if want := strings.Join(left, " "); notes != want {
				t.Errorf("%s while suspended: %q, want %q", name, notes, want)
			}
		}
		const bobs = 2 // the answer, and that me may follow him
		if got := w.unread(); got != unread-bobs {
			t.Errorf("%v unread notifications while suspended, %v before", got, unread)
		}
		w.shown(false)
		w.react("better")
		for channel, notes := range w.sent(conn, "local") {
			if notes != "better" {
				t.Errorf("%s while suspended: %q", channel, notes)
			}
		}
		resumed := there.open(w.me.token)
		joinFrom(resumed, start)
		if got := w.sent(resumed, "resumed")["resumed"]; got != "mine good better" {
			t.Errorf("resumed while suspended: %q", got)
		}

		here.must(w.root.token, "admin/unsuspend-user", map[string]any{"userId": w.bob.id})
		w.shown(true)
		if got := w.unread(); got != unread {
			t.Errorf("%v unread notifications afterwards, %v before", got, unread)
		}
		w.sent(conn, "local")
		w.react("best")
		if got, want := w.sent(conn, "local")["home"], "renote quote reply renoteOfQuote best"; got != want {
			t.Errorf("home afterwards: %q, want %q", got, want)
		}
		resumed = there.open(w.me.token)
		joinFrom(resumed, start)
		if got := w.sent(resumed, "resumed")["resumed"]; !strings.HasPrefix(got, "mine spam answer renote quote reply renoteOfQuote good") {
			t.Errorf("resumed afterwards: %q", got)
		}
	})
}

// joinFrom joins the local timeline under the id "resumed" from a cursor, empty
// for now, and answers the cursor of connected.
func joinFrom(c *client, cursor string) string {
	c.Helper()
	c.say("connect", map[string]any{"channel": "localTimeline", "id": "resumed", "params": map[string]any{"cursor": cursor}, "pong": true})
	var f struct{ Body struct{ Cursor string } }
	if err := json.Unmarshal(c.wait("connected resumed").raw, &f); err != nil || f.Body.Cursor == "" {
		c.Fatalf("no cursor: %v", err)
	}
	return f.Body.Cursor
}
