package securitytest

import (
	"encoding/json"
	"fmt"
	"testing"
)

// ownNote is what of a packed note is the viewer's own, at every depth.
type ownNote struct {
	ID         string
	MyReaction string
	Poll       *struct {
		Choices []struct{ IsVoted bool }
	}
	Reply, Renote *ownNote
}

// own tells in short what the viewer did: "reply:👍 renote.reply:voted 1".
func (n *ownNote) own(at string) (out string) {
	if n == nil {
		return ""
	}
	if n.MyReaction != "" {
		out += fmt.Sprintf("%s:%s ", at, n.MyReaction)
	}
	if n.Poll != nil {
		for i, c := range n.Poll.Choices {
			if c.IsVoted {
				out += fmt.Sprintf("%s:voted %d ", at, i)
			}
		}
	}
	return out + n.Reply.own(at+".reply") + n.Renote.own(at+".renote")
}

// waitNote waits for an event about the note, and answers its body.
func (c *client) waitNote(brief, note string) json.RawMessage {
	c.Helper()
	for {
		f := c.wait(brief)
		var about struct{ ID string }
		if err := json.Unmarshal(f.Body.Body, &about); err != nil {
			c.Fatal(err)
		}
		if about.ID == note {
			return f.Body.Body
		}
	}
}

// What is the viewer's own of a streamed note is what HTTP answers, at every depth,
// on timelines, on main and when they resume; and nobody gets anybody else's.
func TestOwnPartsOfStreamedNotes(t *testing.T) {
	n := startNode(t, onSQLite(t), nil)
	author, bob, cat := n.signUp("author"), n.signUp("bob"), n.signUp("cat")
	post := func(by person, params map[string]any) string {
		t.Helper()
		made, ok := n.must(by.token, "notes/create", params)["createdNote"].(map[string]any)
		if !ok {
			t.Fatal("no note was made")
		}
		return str(made["id"])
	}
	poll := post(author, map[string]any{"text": "poll", "poll": map[string]any{"choices": []string{"a", "b", "c"}, "multiple": true}})
	liked := post(author, map[string]any{"text": "liked"})
	plain, noticed := post(author, map[string]any{"text": "plain"}), post(author, map[string]any{"text": "noticed"})
	react := func(p person, note, reaction string) {
		t.Helper()
		n.must(p.token, "notes/reactions/create", map[string]any{"noteId": note, "reaction": reaction})
	}
	for _, choice := range []int{0, 2} {
		n.must(bob.token, "notes/polls/vote", map[string]any{"noteId": poll, "choice": choice})
	}
	react(cat, poll, "👍")
	react(bob, liked, "❤")
	react(author, liked, "🎉")
	quote := post(author, map[string]any{"text": "quote", "renoteId": poll, "replyId": liked})

	viewers := map[string]person{"author": author, "bob": bob, "cat": cat, "nobody": {}}
	clients := map[string]*client{}
	var cursor string
	for name, p := range viewers {
		c := n.open(p.token)
		c.join("localTimeline", "t", map[string]any{"withReplies": true})
		if p.token != "" {
			c.join("main", "m", nil)
		}
		clients[name] = c
	}
	resumed := n.open(bob.token)
	resumed.say("connect", map[string]any{"channel": "localTimeline", "id": "t", "pong": true, "params": map[string]any{"cursor": "", "withReplies": true}})
	var connected struct{ Body struct{ Cursor string } }
	if err := json.Unmarshal(resumed.wait("connected t").raw, &connected); err != nil {
		t.Fatal(err)
	}
	cursor = connected.Body.Cursor

	check := func(what, viewer, note string, streamed json.RawMessage, want string) {
		t.Helper()
		var got, answered ownNote
		if err := json.Unmarshal(streamed, &got); err != nil {
			t.Fatal(err)
		}
		if got.own("note") != want {
			t.Errorf("%s, to %s: %q is their own, want %q: %s", what, viewer, got.own("note"), want, streamed)
		}
		_, body := n.post(viewers[viewer].token, "notes/show", map[string]any{"noteId": note})
		if err := json.Unmarshal(body, &answered); err != nil {
			t.Fatal(err)
		}
		if answered.own("note") != want {
			t.Errorf("%s, to %s: HTTP answers %q, want %q: %s", what, viewer, answered.own("note"), want, body)
		}
	}
	events := []struct {
		what   string
		params map[string]any
		own    map[string]string
	}{
		{"a reply to the poll", map[string]any{"text": "re", "replyId": poll}, map[string]string{
			"bob": "note.reply:voted 0 note.reply:voted 2 ", "cat": "note.reply:👍 "}},
		{"a renote", map[string]any{"renoteId": liked}, map[string]string{"bob": "note.renote:❤ ", "author": "note.renote:🎉 "}},
		{"a reply and quote", map[string]any{"text": "both", "replyId": liked, "renoteId": poll}, map[string]string{
			"author": "note.reply:🎉 ", "bob": "note.reply:❤ note.renote:voted 0 note.renote:voted 2 ", "cat": "note.renote:👍 "}},
		{"a renote of a quote", map[string]any{"renoteId": quote}, map[string]string{
			"author": "note.renote.reply:🎉 ", "cat": "note.renote.renote:👍 ",
			"bob": "note.renote.reply:❤ note.renote.renote:voted 0 note.renote.renote:voted 2 "}},
		{"a renote of what nobody reacted to", map[string]any{"renoteId": plain}, nil},
	}
	notes := make([]string, len(events))
	for i, e := range events {
		notes[i] = post(cat, e.params)
		for name, c := range clients {
			check(e.what, name, notes[i], c.waitNote("channel t note", notes[i]), e.own[name])
		}
	}

	// The author is told on main, as a note and in a notification.
	_, reply := notes[0], post(cat, map[string]any{"text": "re", "replyId": liked})
	check("a reply on main", "author", reply, clients["author"].waitNote("channel m reply", reply), "note.reply:🎉 ")
	react(author, noticed, "😀")
	react(bob, noticed, "👍")
	var notified struct{ Note json.RawMessage }
	for notified.Note == nil {
		f := clients["author"].wait("channel m notification")
		var about struct {
			Type string
			Note json.RawMessage
		}
		if err := json.Unmarshal(f.Body.Body, &about); err != nil {
			t.Fatal(err)
		}
		if about.Type == "reaction" {
			notified.Note = about.Note
		}
	}
	check("a notification on main", "author", noticed, notified.Note, "note:😀 ")

	// Who resumes gets theirs as it is now: the notes came by before.
	back := n.open(bob.token)
	back.join("localTimeline", "t", map[string]any{"cursor": cursor, "withReplies": true})
	for i, e := range events {
		check(e.what+", resumed", "bob", notes[i], back.waitNote("channel t note", notes[i]), e.own["bob"])
	}
}
