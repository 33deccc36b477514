package api

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"notewire/api/endpoint"
	"notewire/store"
	"notewire/store/relational"
)

// Keys and their order are those of Misskey 2024.10, as recorded.
func TestNoteOnTheWire(t *testing.T) {
	w := newNoteWorld(t, "alice")
	w.now = time.Date(2026, 11, 21, 0, 13, 24, 329e6, time.UTC)
	body := string(w.call("alice", "notes/create", params{"text": "own note"}))
	var answer struct{ CreatedNote packed }
	w.decode([]byte(body), &answer)
	const user = `"user":{"id":"alicexxxxxxxxxxx","name":null,"username":"alice","host":null,"avatarUrl":"http://nw.example:3000/identicon/alice@nw.example:3000","avatarBlurhash":null,"avatarDecorations":[],"isBot":false,"isCat":false,"emojis":{},"onlineStatus":"unknown","badgeRoles":[]}`
	note := `{"id":"` + string(answer.CreatedNote.ID) + `","createdAt":"2026-11-21T00:13:24.331Z","userId":"alicexxxxxxxxxxx",` + user +
		`,"text":"own note","cw":null,"visibility":"public","localOnly":false,"reactionAcceptance":null,"renoteCount":0,"repliesCount":0,"reactionCount":0,"reactions":{},"reactionEmojis":{}%,"fileIds":[],"files":[],"replyId":null,"renoteId":null,"clippedCount":0}`
	if want := `{"createdNote":` + strings.Replace(note, "%", "", 1) + `}`; body != want {
		t.Errorf("answered\n     %s\nwant %s", body, want)
	}
	events := w.log()
	if len(events) != 1 || events[0].Topic != "notesStream" || events[0].Type != "note" {
		t.Fatalf("events: %v", events)
	}
	if want := strings.Replace(note, "%", `,"reactionAndUserPairCache":[]`, 1); string(events[0].Body) != want {
		t.Errorf("streamed\n     %s\nwant %s", events[0].Body, want)
	}
	var facts store.NoteFacts
	w.decode(events[0].Facts, &facts)
	if facts.ID != answer.CreatedNote.ID || facts.UserID != userID("alice") || !facts.HasText || facts.Visibility != store.Public {
		t.Errorf("facts: %s", events[0].Facts)
	}
}

// TestNoteEvents checks what is told to whom, in the order of Misskey's bus.
func TestNoteEvents(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(w *noteWorld, bobs, bobsFollowers packed)
		want string
	}{
		{"mention", func(w *noteWorld, _, _ packed) { w.says("ann", "hi @bob, @nobody and @dan@d.example") },
			"notes note, main:bob mention, main:bob notification(mention)"},
		{"mention by remote name of this server", func(w *noteWorld, _, _ packed) { w.says("ann", "hi @bob@nw.example:3000 @Bob") },
			"notes note, main:bob mention, main:bob notification(mention)"},
		{"no mentions wanted", func(w *noteWorld, _, _ packed) {
			w.posts("ann", params{"text": "hi @bob", "noExtractMentions": true})
		}, "notes note"},
		{"mention in cw and poll", func(w *noteWorld, _, _ packed) {
			w.posts("ann", params{"text": "x", "cw": "@bob", "poll": params{"choices": []string{"@eve", "b"}}})
		}, "notes note, main:bob mention, main:eve mention, main:bob notification(mention), main:eve notification(mention)"},
		{"mention of oneself", func(w *noteWorld, _, _ packed) { w.says("ann", "@ann") },
			"notes note, main:ann mention"},
		{"reply", func(w *noteWorld, bobs, _ packed) { w.posts("ann", params{"text": "re", "replyId": bobs.ID}) },
			"notes note, main:bob mention, main:bob reply, main:bob notification(reply)"},
		{"reply that mentions others", func(w *noteWorld, bobs, _ packed) { w.posts("ann", params{"text": "@eve", "replyId": bobs.ID}) },
			"notes note, main:eve mention, main:bob mention, main:bob reply, main:eve notification(mention), main:bob notification(reply)"},
		{"renote", func(w *noteWorld, bobs, _ packed) { w.posts("ann", params{"renoteId": bobs.ID}) },
			"notes note, main:bob renote, main:bob notification(renote)"},
		{"quote", func(w *noteWorld, bobs, _ packed) { w.posts("ann", params{"text": "q", "renoteId": bobs.ID}) },
			"notes note, main:bob renote, main:bob notification(quote)"},
		{"quote that mentions", func(w *noteWorld, bobs, _ packed) { w.posts("ann", params{"text": "q @bob", "renoteId": bobs.ID}) },
			"notes note, main:bob mention, main:bob renote, main:bob notification(quote)"},
		{"reply and renote of oneself", func(w *noteWorld, bobs, _ packed) {
			w.posts("bob", params{"text": "q", "renoteId": bobs.ID, "replyId": bobs.ID})
		}, "notes note, main:bob reply"},
		{"direct note", func(w *noteWorld, _, _ packed) {
			w.posts("ann", params{"text": "dm", "visibility": "specified", "visibleUserIds": []store.UserID{userID("bob"), "nobody"}})
		}, "notes note, main:bob mention, main:bob notification(mention)"},
		{"direct note that names somebody else", func(w *noteWorld, _, _ packed) {
			w.posts("ann", params{"text": "about @eve", "visibility": "specified", "visibleUserIds": []store.UserID{userID("bob")}})
		}, "notes note, main:bob mention, main:bob notification(mention)"},
		{"followers-only mention", func(w *noteWorld, _, _ packed) { w.posts("ann", params{"text": "@bob", "visibility": "followers"}) },
			"notes note, main:bob mention, main:bob notification(mention)"},
		{"quote for followers, whom the quoted is not one of", func(w *noteWorld, bobs, _ packed) {
			w.posts("eve", params{"text": "q", "renoteId": bobs.ID, "visibility": "followers"})
		}, "notes note"},
		{"muted", func(w *noteWorld, bobs, _ packed) {
			w.mute("bob", "ann")
			w.posts("ann", params{"text": "@bob", "replyId": bobs.ID, "renoteId": bobs.ID})
		}, "notes note"},
		{"muted instance", func(w *noteWorld, bobs, _ packed) {
			w.write(func(ctx context.Context, tx *relational.Tx) error {
				u, err := tx.UserForUpdate(ctx, userID("bob"))
				if err != nil {
					return err
				}
				u.Settings.MutedInstances = []string{"d.example"}
				return tx.UpdateUser(ctx, u)
			})
			w.posts("dan", params{"text": "@bob@nw.example:3000", "replyId": bobs.ID})
		}, "notes note"},
		{"of whom I block", func(w *noteWorld, _, _ packed) {
			w.block("bob", "ann")
			w.says("ann", "@bob")
		}, "notes note, main:bob mention, main:bob notification(mention)"},
		{"reply to followers-only", func(w *noteWorld, _, secret packed) {
			w.posts("ann", params{"text": "re", "replyId": secret.ID})
		}, "notes note, main:bob mention, main:bob reply, main:bob notification(reply)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newNoteWorld(t, "ann", "bob", "eve", "dan@d.example")
			w.follow("ann", "bob", false)
			bobs, secret := w.says("bob", "bob's"), w.posts("bob", params{"text": "secret", "visibility": "followers"})
			w.log()
			c.do(w, bobs, secret)
			w.tells(c.want)
		})
	}
}

// The forms of main's events are those that were recorded: mention and
// notification as over HTTP, reply and renote as streamed.
func TestMainForms(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	n := w.says("bob", "x")
	w.log()
	w.posts("ann", params{"text": "re", "replyId": n.ID})
	w.posts("ann", params{"renoteId": n.ID})
	for _, e := range w.log() {
		streamed := e.Type == "note" || e.Type == "reply" || e.Type == "renote"
		const key = `"reactionAndUserPairCache":[]`
		if got := strings.Count(string(e.Body), key); streamed && got != 2 || !streamed && got != 0 {
			t.Errorf("%s has %s %d times: %s", e.Type, key, got, e.Body)
		}
		if !strings.Contains(string(e.Body), `"repliesCount":1`) {
			t.Errorf("%s embeds the note without its new reply: %s", e.Type, e.Body)
		}
	}
}

// What somebody is told, hides what they may not see of it.
func TestMainHidesEmbedded(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	secret := w.posts("ann", params{"text": "secret", "visibility": "followers"})
	w.log()
	w.posts("ann", params{"text": "@bob look", "renoteId": secret.ID})
	// Being mentioned, bob may see the quote, which is for followers now, but
	// not what it quotes.
	for _, e := range w.log()[1:] {
		if strings.Contains(string(e.Body), "secret") || !strings.Contains(string(e.Body), `"isHidden":true`) {
			t.Errorf("%s of a stranger tells %s", e.Type, e.Body)
		}
	}

	w.follow("bob", "ann", false)
	w.posts("ann", params{"text": "@bob look", "renoteId": secret.ID})
	for _, e := range w.log() {
		if strings.HasPrefix(e.Topic, store.PrefixMain) && !strings.Contains(string(e.Body), "secret") {
			t.Errorf("%s of a follower lacks the quoted note: %s", e.Type, e.Body)
		}
	}

	// A reply to bob with somebody's followers-only note under a public one.
	w.follow("ann", "bob", false)
	own := w.posts("bob", params{"text": "bobs secret", "visibility": "followers"})
	reply := w.posts("ann", params{"text": "public words", "replyId": own.ID})
	if reply.Visibility != store.Home {
		t.Fatalf("a public reply to a followers-only note is %s", reply.Visibility)
	}
	eve := newPerson(w, "eve")
	w.log()
	w.posts("ann", params{"text": "@eve", "renoteId": reply.ID})
	events := w.log()
	told := 0
	for _, e := range events {
		if e.Topic != store.MainTopic(eve) {
			continue
		}
		told++
		if strings.Contains(string(e.Body), "bobs secret") || !strings.Contains(string(e.Body), `"isHidden":true`) || !strings.Contains(string(e.Body), "public words") {
			t.Errorf("%s tells %s", e.Type, e.Body)
		}
	}
	if told != 2 {
		t.Errorf("eve was told %d times", told)
	}
	if !strings.Contains(string(events[0].Body), "bobs secret") {
		t.Errorf("the shared note is not whole: %s", events[0].Body)
	}
}

// newPerson makes one more local user.
func newPerson(w *noteWorld, name string) store.UserID {
	w.Helper()
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		u := &store.User{ID: userID(name), Username: name, Settings: store.DefaultUserSettings()}
		return tx.CreateUser(ctx, u, "")
	})
	return userID(name)
}

func TestNoteForms(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	w.follow("ann", "bob", false)
	base := map[store.Visibility]packed{}
	for _, v := range []store.Visibility{store.Public, store.Home, store.Followers} {
		base[v] = w.posts("bob", params{"text": string(v), "visibility": v})
	}
	base[store.Specified] = w.posts("bob", params{"text": "dm", "visibility": "specified", "visibleUserIds": []store.UserID{userID("ann")}})
	own := w.posts("ann", params{"text": "own", "visibility": "followers"})
	local := w.posts("bob", params{"text": "local", "localOnly": true})

	for _, c := range []struct {
		name string
		p    params
		want func(n packed) bool
	}{
		{"reply to public", params{"text": "x", "replyId": base[store.Public].ID}, func(n packed) bool {
			return n.Visibility == store.Public && n.Reply.RepliesCount == 1 && slices.Equal(n.Mentions, []store.UserID{userID("bob")})
		}},
		{"reply to home", params{"text": "x", "replyId": base[store.Home].ID}, func(n packed) bool { return n.Visibility == store.Home }},
		{"reply to followers", params{"text": "x", "replyId": base[store.Followers].ID}, func(n packed) bool { return n.Visibility == store.Home }},
		{"narrow reply stays", params{"text": "x", "replyId": base[store.Home].ID, "visibility": "followers"}, func(n packed) bool { return n.Visibility == store.Followers }},
		{"specified reply", params{"text": "x", "replyId": base[store.Specified].ID, "visibility": "specified"}, func(n packed) bool {
			return slices.Equal(n.VisibleUserIDs, []store.UserID{userID("bob")})
		}},
		{"renote of home", params{"renoteId": base[store.Home].ID}, func(n packed) bool { return n.Visibility == store.Home && n.Renote.RenoteCount == 1 }},
		{"renote of home for followers", params{"renoteId": base[store.Home].ID, "visibility": "followers"}, func(n packed) bool { return n.Visibility == store.Followers }},
		{"renote of own followers-only", params{"renoteId": own.ID}, func(n packed) bool { return n.Visibility == store.Followers && n.Renote.RenoteCount == 0 }},
		{"specified quote of own followers-only is not widened", params{"text": "q", "renoteId": own.ID, "visibility": "specified"}, func(n packed) bool { return n.Visibility == store.Specified }},
		{"local reply", params{"text": "x", "replyId": local.ID}, func(n packed) bool { return n.LocalOnly }},
		{"local renote", params{"renoteId": local.ID}, func(n packed) bool { return n.LocalOnly }},
		{"trimmed", params{"text": " \u3000 x y\n\ufeff"}, func(n packed) bool { return *n.Text == "x y" }},
		{"spaces on a renote are no text", params{"text": " \n", "renoteId": base[store.Public].ID}, func(n packed) bool { return n.Text == nil }},
		{"cw", params{"text": "x", "cw": "c"}, func(n packed) bool { return *n.CW == "c" }},
		{"null cw", params{"text": "x", "cw": nil, "replyId": nil, "renoteId": nil, "channelId": nil, "poll": nil}, func(n packed) bool { return n.CW == nil }},
		{"tags", params{"text": "#Go #日本語", "cw": "#Cw"}, func(n packed) bool { return slices.Equal(n.Tags, []string{"go", "日本語", "cw"}) }},
		{"no tags", params{"text": "#Go", "noExtractHashtags": true}, func(n packed) bool { return n.Tags == nil }},
		{"unknown visible users", params{"text": "x", "visibility": "specified", "visibleUserIds": []string{"nope"}}, func(n packed) bool {
			return n.VisibleUserIDs != nil && len(n.VisibleUserIDs) == 0
		}},
		{"visible users of a public note", params{"text": "x", "visibleUserIds": []store.UserID{userID("bob")}}, func(n packed) bool { return n.VisibleUserIDs == nil && n.Mentions == nil }},
		{"poll", params{"text": "x", "poll": params{"choices": []string{"a", "b"}, "multiple": true, "expiredAfter": 60000}}, func(n packed) bool {
			return n.Poll.Multiple && n.Poll.ExpiresAt != nil && len(n.Poll.Choices) == 2 && n.Poll.Choices[1].Text == "b"
		}},
		{"poll without end", params{"text": "x", "poll": params{"choices": []string{"a", "b"}}}, func(n packed) bool { return n.Poll.ExpiresAt == nil }},
		{"poll that ends too late to be printed", params{"text": "x", "poll": params{"choices": []string{"a", "b"}, "expiresAt": 1e15}}, func(n packed) bool { return n.Poll.ExpiresAt == nil }},
		{"poll that lasts too long to be printed", params{"text": "x", "poll": params{"choices": []string{"a", "b"}, "expiredAfter": 1e300}}, func(n packed) bool { return n.Poll.ExpiresAt == nil }},
		{"poll of a year", params{"text": "x", "poll": params{"choices": []string{"a", "b"}, "expiresAt": 1.8e12}}, func(n packed) bool {
			return n.Poll.ExpiresAt != nil && *n.Poll.ExpiresAt == "2027-01-15T08:00:00.000Z"
		}},
		{"poll without text", params{"poll": params{"choices": []string{"a", "b"}}}, func(n packed) bool { return n.Text == nil && n.Poll != nil }},
		{"3000 characters", params{"text": strings.Repeat("長", 3000)}, func(n packed) bool { return len(*n.Text) == 9000 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			if n := w.posts("ann", c.p); !c.want(n) {
				b, _ := json.Marshal(n)
				t.Errorf("%v became %s", c.p, b)
			}
		})
	}
}

func TestNoteRefusals(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob", "eve")
	w.block("eve", "ann")
	public := w.says("bob", "p")
	followers := w.posts("bob", params{"text": "f", "visibility": "followers"})
	direct := w.posts("bob", params{"text": "d", "visibility": "specified", "visibleUserIds": []store.UserID{userID("ann")}})
	mine := w.posts("ann", params{"text": "d", "visibility": "specified"})
	renote := w.posts("bob", params{"renoteId": public.ID})
	eves := w.says("eve", "e")
	many := make([]string, 0, 21)
	for i := range 21 {
		name := "u" + string(rune('a'+i))
		newPerson(w, name)
		many = append(many, "@"+name)
	}
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		if err := tx.CreateFile(ctx, &store.File{ID: "fileofann", UserID: userID("ann"), Name: "a", Key: "a"}); err != nil {
			return err
		}
		return tx.CreateFile(ctx, &store.File{ID: "fileofbob", UserID: userID("bob"), Name: "b", Key: "b"})
	})
	w.log()

	for _, c := range []struct {
		p    params
		want *endpoint.Error
	}{
		{params{"text": "\x00"}, endpoint.ErrInvalidParam},
		{params{"text": " \x00\n", "replyId": public.ID}, endpoint.ErrInvalidParam},
		{params{"text": "x", "replyId": "none"}, errNoSuchReplyTarget},
		{params{"renoteId": "none"}, errNoSuchRenoteTarget},
		{params{"text": "x", "renoteId": "none"}, errNoSuchRenoteTarget},
		{params{"text": "x", "channelId": "none"}, errNoSuchChannel},
		{params{"text": "x", "fileIds": []string{"none"}}, errNoSuchFile},
		{params{"text": "x", "fileIds": []string{"fileofann", "fileofbob"}}, errNoSuchFile},
		{params{"text": "x", "mediaIds": []string{"fileofbob"}}, errNoSuchFile},
		{params{"renoteId": renote.ID}, errRenoteOfPureRenote},
		{params{"text": "x", "replyId": renote.ID}, errReplyToPureRenote},
		{params{"renoteId": followers.ID}, errRenoteVisibility},
		{params{"renoteId": direct.ID}, errRenoteVisibility},
		{params{"renoteId": mine.ID}, errRenoteVisibility},
		{params{"text": "x", "replyId": followers.ID}, errReplyToInvisible},
		{params{"text": "x", "replyId": direct.ID}, errReplyExtendsVisibility},
		{params{"text": "x", "replyId": direct.ID, "visibility": "followers"}, errReplyExtendsVisibility},
		{params{"text": "x", "replyId": eves.ID}, errBlockedByNoteAuthor},
		{params{"renoteId": eves.ID}, errBlockedByNoteAuthor},
		{params{"text": "x", "renoteId": eves.ID}, errBlockedByNoteAuthor},
		{params{"text": "x", "poll": params{"choices": []string{"a", "b"}, "expiresAt": 1000}}, errPollExpiredAlready},
		{params{"text": strings.Join(many, " ")}, errTooManyMentions},
		{params{}, endpoint.ErrInvalidParam},
		{params{"text": nil}, endpoint.ErrInvalidParam},
		{params{"text": ""}, endpoint.ErrInvalidParam},
		{params{"text": " \n "}, endpoint.ErrInvalidParam},
		{params{"text": 5}, endpoint.ErrInvalidParam},
		{params{"text": strings.Repeat("z", 3001)}, endpoint.ErrInvalidParam},
		{params{"text": "x", "cw": ""}, endpoint.ErrInvalidParam},
		{params{"cw": "only"}, endpoint.ErrInvalidParam},
		{params{"text": "x", "visibility": "nope"}, endpoint.ErrInvalidParam},
		{params{"text": "x", "visibility": "specified", "visibleUserIds": []string{"a", "a"}}, endpoint.ErrInvalidParam},
		{params{"text": "x", "fileIds": []string{}}, endpoint.ErrInvalidParam},
		{params{"text": "x", "poll": params{"choices": []string{"a"}}}, endpoint.ErrInvalidParam},
		{params{"text": "x", "poll": params{"choices": strings.Split("abcdefghijk", "")}}, endpoint.ErrInvalidParam},
		{params{"text": "x", "poll": params{"choices": []string{"a", "a"}}}, endpoint.ErrInvalidParam},
		{params{"text": "x", "reactionAcceptance": "some"}, endpoint.ErrInvalidParam},
		{params{"text": "x", "localOnly": "true"}, endpoint.ErrInvalidParam},
	} {
		w.refuses("ann", "notes/create", c.p, c.want)
	}
	w.refuses("", "notes/create", params{"text": "x"}, endpoint.ErrCredentialRequired)
	w.tells("")
	if got := w.posts("ann", params{"text": "mine", "fileIds": []string{"fileofann"}}); !slices.Equal(got.FileIDs, []string{"fileofann"}) {
		t.Errorf("files: %v", got.FileIDs)
	}
	// Twenty of them are allowed.
	if got := w.says("ann", strings.Join(many[:20], " ")); len(got.Mentions) != 20 {
		t.Errorf("%d mentions", len(got.Mentions))
	}
}

func TestChannelNotes(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	channels := map[string]*store.CommunityChannel{}
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		for _, c := range []*store.CommunityChannel{
			{ID: "open", AllowRenoteToExtern: true}, {ID: "shut"}, {ID: "old", IsArchived: true},
		} {
			c.Name, c.Color = c.ID, "#86b300"
			channels[c.ID] = c
			if err := tx.CreateCommunityChannel(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
	inOpen := w.posts("bob", params{"text": "x", "channelId": "open", "visibility": "specified", "visibleUserIds": []store.UserID{userID("ann")}})
	if inOpen.Visibility != store.Public || !inOpen.LocalOnly || inOpen.VisibleUserIDs != nil || inOpen.ChannelID != "open" {
		t.Errorf("a note in a channel: %+v", inOpen)
	}
	inShut := w.posts("bob", params{"text": "x", "channelId": "shut"})
	outside := w.says("bob", "outside")
	w.refuses("ann", "notes/create", params{"text": "x", "channelId": "old"}, errNoSuchChannel)
	w.refuses("ann", "notes/create", params{"renoteId": inShut.ID}, errRenoteOutsideOfChannel)
	for _, c := range []struct {
		p    params
		want string
	}{
		{params{"renoteId": inOpen.ID}, ""},
		{params{"renoteId": inShut.ID, "channelId": "shut"}, "shut"},
		{params{"text": "x", "replyId": inOpen.ID}, "open"},
		{params{"text": "x", "replyId": inOpen.ID, "channelId": "shut"}, "open"},
		{params{"text": "x", "replyId": outside.ID, "channelId": "open"}, ""},
	} {
		if n := w.posts("ann", c.p); n.ChannelID != c.want {
			t.Errorf("%v is in channel %q, want %q", c.p, n.ChannelID, c.want)
		}
	}
}
