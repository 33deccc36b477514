package api

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"notewire/api/endpoint"
	"notewire/api/storage"
	"notewire/store"
	"notewire/store/relational"
	"notewire/store/visibility"
)

var townsfolk = []string{"ann", "bob", "cat", "eve", "dan@d.example"}

// town is a world in which everybody has posted, followed and muted at random.
func town(t *testing.T, r *rand.Rand, notes int) (w *noteWorld, all []store.NoteID, list string) {
	t.Helper()
	w = newNoteWorld(t, townsfolk...)
	names := make([]string, len(townsfolk))
	for i, n := range townsfolk {
		names[i], _, _ = strings.Cut(n, "@")
	}
	one := func() string { return names[r.IntN(len(names))] }
	odds := func(n int) bool { return r.IntN(n) == 0 }
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		for _, id := range []string{"c1", "c2"} {
			if err := tx.CreateCommunityChannel(ctx, &store.CommunityChannel{ID: id, Name: id, Color: "#000000", AllowRenoteToExtern: true}); err != nil {
				return err
			}
		}
		list = "list"
		if err := tx.CreateList(ctx, &store.UserList{ID: list, UserID: userID("ann"), Name: "l"}); err != nil {
			return err
		}
		for i, name := range []string{"bob", "dan", "ann"} {
			if _, err := tx.CreateListMember(ctx, &store.ListMember{ID: w.id(), ListID: list, UserID: userID(name), WithReplies: i == 1}, 10); err != nil {
				return err
			}
		}
		return nil
	})
	for _, a := range names {
		for _, b := range names {
			if a == b {
				continue
			}
			if odds(2) {
				w.follow(a, b, odds(2))
			}
		}
		if odds(2) {
			w.write(func(ctx context.Context, tx *relational.Tx) error {
				return tx.FollowChannel(ctx, &store.ChannelFollow{ID: w.id(), UserID: userID(a), ChannelID: "c1"})
			})
		}
	}
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateFile(ctx, &store.File{ID: "f", UserID: userID("bob"), Name: "f", Key: "f"})
	})
	kinds := []string{"public", "public", "public", "home", "followers", "specified"}
	for i := range notes {
		who := one()
		p := params{"text": fmt.Sprintf("n%d.", i), "visibility": kinds[r.IntN(len(kinds))]}
		if odds(6) {
			p["text"] = fmt.Sprintf("n%d. @%s", i, one())
		}
		if odds(2) {
			p["visibleUserIds"] = []store.UserID{userID(one())}
		}
		if len(all) > 0 && odds(3) {
			p["replyId"] = all[r.IntN(len(all))]
		}
		if len(all) > 0 && odds(4) {
			p["renoteId"] = all[r.IntN(len(all))]
			if odds(2) {
				delete(p, "text")
			}
		}
		if odds(8) {
			p["channelId"] = []string{"c1", "c2"}[r.IntN(2)]
		}
		if who == "bob" && odds(3) {
			p["fileIds"] = []string{"f"}
		}
		status, body := w.answerOf(who, "notes/create", p)
		if status != http.StatusOK {
			continue // not every note may be answered by everybody
		}
		var answer struct{ CreatedNote packed }
		w.decode(body, &answer)
		all = append(all, answer.CreatedNote.ID)
	}
	// Muting and blocking begin late, so that there is something to hide.
	w.mute("ann", "cat")
	w.mute("bob", "dan")
	w.block("eve", "ann")
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateRenoteMute(ctx, &store.RenoteMute{ID: w.id(), MuterID: userID("cat"), MuteeID: userID("bob")})
	})
	return w, all, list
}

// walk reads a timeline page by page, from the newest to the oldest or the
// other way.
func (w *noteWorld) walk(who, endpoint string, p params, upwards bool, page int) []packed {
	w.Helper()
	var out []packed
	p["limit"] = page
	if upwards {
		p["sinceId"] = "0"
	}
	for {
		got := w.notes(who, endpoint, p)
		out = append(out, got...)
		if len(got) < page {
			return out
		}
		last := got[len(got)-1].ID
		if upwards {
			p["sinceId"] = last
		} else {
			p["untilId"] = last
		}
	}
}

// TestTimelinesFollowTheRules compares what the REST timelines answer with
// what the rules say of every single note.
func TestTimelinesFollowTheRules(t *testing.T) {
	const seed = 20260001
	r := rand.New(rand.NewPCG(seed, 3))
	w, all, list := town(t, r, 120)
	sent := map[string]int{}
	for _, who := range []string{"ann", "bob", "cat", "dan", ""} {
		var v visibility.Viewer
		if who != "" {
			lists, err := w.db.RelationLists(t.Context(), userID(who))
			if err != nil {
				t.Fatal(err)
			}
			v = visibility.Of(lists.Relations())
		}
		bundles, err := testStorage(w).NoteBundles(t.Context(), userID(who), all)
		if err != nil {
			t.Fatal(err)
		}
		facts := make([]*store.NoteFacts, len(bundles))
		byText := map[string]*store.NoteFacts{}
		for i, b := range bundles {
			facts[i] = b.Facts()
			if b.Note.Text != nil {
				byText[*b.Note.Text] = facts[i]
			}
		}
		for _, c := range []struct {
			endpoint string
			p        params
			rule     func(f *store.NoteFacts) bool
		}{
			{"notes/timeline", params{}, func(f *store.NoteFacts) bool {
				return visibility.Home(v, f, visibility.Params{WithRenotes: true})
			}},
			{"notes/timeline", params{"withRenotes": false}, func(f *store.NoteFacts) bool {
				return visibility.Home(v, f, visibility.Params{})
			}},
			{"notes/timeline", params{"withFiles": true}, func(f *store.NoteFacts) bool {
				return visibility.Home(v, f, visibility.Params{WithRenotes: true, WithFiles: true})
			}},
			{"notes/timeline", params{"includeMyRenotes": false, "includeRenotedMyNotes": false, "includeLocalRenotes": false}, func(f *store.NoteFacts) bool {
				pure := f.RenoteID != "" && !f.HasText && !f.HasFiles && f.ReplyID == ""
				return visibility.Home(v, f, visibility.Params{WithRenotes: true}) &&
					(!pure || f.UserID != userID(who) && f.Renote.UserID != userID(who) && f.Renote.UserHost != "")
			}},
			{"notes/local-timeline", params{}, func(f *store.NoteFacts) bool {
				return visibility.Local(v, f, visibility.Params{WithRenotes: true})
			}},
			{"notes/local-timeline", params{"withReplies": true}, func(f *store.NoteFacts) bool {
				return visibility.Local(v, f, visibility.Params{WithRenotes: true, WithReplies: true})
			}},
			{"notes/hybrid-timeline", params{}, func(f *store.NoteFacts) bool {
				return visibility.Hybrid(v, f, visibility.Params{WithRenotes: true})
			}},
			{"notes/hybrid-timeline", params{"withReplies": true, "withRenotes": false}, func(f *store.NoteFacts) bool {
				return visibility.Hybrid(v, f, visibility.Params{WithReplies: true})
			}},
			{"notes/global-timeline", params{}, func(f *store.NoteFacts) bool {
				return visibility.Global(v, f, visibility.Params{WithRenotes: true})
			}},
			{"notes/global-timeline", params{"withFiles": true}, func(f *store.NoteFacts) bool {
				return visibility.Global(v, f, visibility.Params{WithRenotes: true, WithFiles: true})
			}},
			{"notes/mentions", params{}, func(f *store.NoteFacts) bool {
				return (slices.Contains(f.Mentions, userID(who)) || slices.Contains(f.VisibleUserIDs, userID(who))) && visibility.Deliver(v, f)
			}},
			{"notes/user-list-timeline", params{"listId": list}, func(f *store.NoteFacts) bool {
				return slices.Contains([]store.UserID{userID("ann"), userID("bob"), userID("dan")}, f.UserID) &&
					visibility.List(v, f, visibility.Params{WithRenotes: true}, f.UserID == userID("dan"))
			}},
		} {
			needsViewer := c.endpoint != "notes/local-timeline" && c.endpoint != "notes/global-timeline"
			if needsViewer && who == "" || c.endpoint == "notes/user-list-timeline" && who != "ann" {
				continue
			}
			var want []store.NoteID
			for _, f := range facts {
				if c.rule(f) {
					want = append(want, f.ID)
				}
			}
			sent[c.endpoint] += len(want)
			for _, upwards := range []bool{true, false} {
				var got []store.NoteID
				for _, n := range w.walk(who, c.endpoint, c.p, upwards, 4+r.IntN(20)) {
					got = append(got, n.ID)
					w.whole(who, v, n, byText)
				}
				if !upwards {
					slices.Reverse(got)
				}
				if !slices.Equal(got, want) {
					t.Errorf("seed %d: %s of %q %v (upwards %v):\ngot  %v\nwant %v", seed, c.endpoint, who, c.p, upwards, got, want)
				}
				delete(c.p, "sinceId")
				delete(c.p, "untilId")
			}
		}
	}
	for _, endpoint := range []string{"notes/timeline", "notes/local-timeline", "notes/hybrid-timeline", "notes/global-timeline", "notes/mentions", "notes/user-list-timeline"} {
		if sent[endpoint] < 5 {
			t.Errorf("%s has %d notes: the town is too quiet to tell anything", endpoint, sent[endpoint])
		}
	}
}

// whole demands that a note, and what it embeds, shows its text to those who
// may see it and to nobody else.
func (w *noteWorld) whole(who string, v visibility.Viewer, n packed, byText map[string]*store.NoteFacts) {
	w.Helper()
	for _, p := range []*packed{&n, n.Reply, n.Renote} {
		if p == nil || p.Text == nil {
			continue
		}
		f := byText[*p.Text]
		if f == nil {
			w.Fatalf("nobody wrote %q", *p.Text)
		}
		if !visibility.MaySee(v, &f.Audience) || p.IsHidden {
			w.Errorf("%q is shown %q (hidden: %v)", who, *p.Text, p.IsHidden)
		}
	}
	if n.Renote != nil {
		w.whole(who, v, *n.Renote, byText)
	}
}

// testStorage is the world's database as the API has it.
func testStorage(w *noteWorld) storage.Store { return w.db }

func TestTimelineBounds(t *testing.T) {
	w := newNoteWorld(t, "ann")
	var ids []store.NoteID
	for _, text := range []string{"a", "b", "c", "d"} {
		ids = append(ids, w.says("ann", text).ID)
	}
	at := func(i int) int64 {
		when, err := store.IDTime(string(ids[i]))
		if err != nil {
			t.Fatal(err)
		}
		return when.UnixMilli()
	}
	for _, c := range []struct {
		p    params
		want string
	}{
		{params{}, "d c b a"},
		{params{"limit": 2}, "d c"},
		{params{"untilId": ids[2]}, "b a"},
		{params{"sinceId": ids[1]}, "c d"},
		{params{"sinceId": ids[0], "limit": 1}, "b"},
		{params{"sinceId": ids[0], "untilId": ids[3]}, "c b"},
		{params{"untilDate": at(2)}, "b a"},
		{params{"sinceDate": at(2)}, "c d"},
		{params{"allowPartial": true, "limit": 1}, "d"},
	} {
		for _, endpoint := range []string{"notes/timeline", "notes/local-timeline", "notes/hybrid-timeline", "notes/global-timeline"} {
			if got := texts(w.notes("ann", endpoint, c.p)); got != c.want {
				t.Errorf("%s %v: %q, want %q", endpoint, c.p, got, c.want)
			}
		}
	}
	for _, name := range []string{"notes/timeline", "notes/hybrid-timeline", "notes/mentions", "notes/user-list-timeline"} {
		w.refuses("", name, params{"listId": "x"}, endpoint.ErrCredentialRequired)
	}
	for _, limit := range []any{0, 101, "5"} {
		w.refuses("ann", "notes/timeline", params{"limit": limit}, endpoint.ErrInvalidParam)
	}
	w.refuses("ann", "notes/local-timeline", params{"withReplies": true, "withFiles": true}, errLocalRepliesAndFiles)
	w.refuses("ann", "notes/hybrid-timeline", params{"withReplies": true, "withFiles": true}, errHybridRepliesAndFiles)
	w.refuses("ann", "users/notes", params{"userId": userID("ann"), "withReplies": true, "withFiles": true}, errUserRepliesAndFiles)
	w.refuses("ann", "users/notes", params{"userId": "none"}, errNoNotesOfUser)
	w.refuses("ann", "notes/user-list-timeline", params{"listId": "none"}, errNoTimelineOfList)
}

// A viewer's own reaction to a renoted note is shown to them.
func TestTimelineHasMyReaction(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	n := w.says("bob", "x")
	w.call("ann", "notes/reactions/create", params{"noteId": n.ID, "reaction": "👍"})
	created := w.posts("ann", params{"renoteId": n.ID})
	if created.Renote.MyReaction != "👍" {
		t.Errorf("the renote's author is shown %q", created.Renote.MyReaction)
	}
	for who, want := range map[string]string{"ann": "👍", "bob": "", "": ""} {
		notes := w.notes(who, "notes/local-timeline", params{"limit": 1})
		if notes[0].Renote.MyReaction != want {
			t.Errorf("%q is shown %q", who, notes[0].Renote.MyReaction)
		}
	}
	for _, e := range w.log() {
		if e.Topic == store.TopicNotes && strings.Contains(string(e.Body), "myReaction") {
			t.Errorf("everybody is sent %s", e.Body)
		}
	}
}

// A page is filled even where most candidates are dropped.
func TestTimelineFillsItsPage(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	w.says("bob", "first")
	w.mute("ann", "bob")
	w.says("ann", "seen")
	for range 60 {
		w.says("bob", "x")
	}
	if got := texts(w.notes("ann", "notes/global-timeline", params{"limit": 3})); got != "seen" {
		t.Errorf("got %q", got)
	}
	if got := texts(w.notes("ann", "notes/global-timeline", params{"limit": 1, "sinceId": "0"})); got != "seen" {
		t.Errorf("upwards: %q", got)
	}
}

func TestConversations(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob", "eve")
	w.follow("ann", "bob", false)
	root := w.posts("bob", params{"text": "root", "visibility": "followers"})
	a := w.posts("ann", params{"text": "a", "replyId": root.ID})
	b := w.posts("bob", params{"text": "b", "replyId": a.ID})
	c := w.posts("ann", params{"text": "c", "replyId": b.ID, "visibility": "followers"})
	w.posts("bob", params{"text": "q", "renoteId": a.ID})
	w.posts("bob", params{"renoteId": a.ID})

	for _, x := range []struct {
		who, endpoint string
		p             params
		want          string
	}{
		{"ann", "notes/conversation", params{"noteId": c.ID}, "b a root"},
		{"ann", "notes/conversation", params{"noteId": c.ID, "limit": 1}, "b"},
		{"ann", "notes/conversation", params{"noteId": c.ID, "offset": 1}, "a root"},
		{"eve", "notes/conversation", params{"noteId": b.ID}, "a -"},
		{"ann", "notes/conversation", params{"noteId": root.ID}, ""},
		{"ann", "notes/replies", params{"noteId": b.ID}, "c"},
		{"eve", "notes/replies", params{"noteId": b.ID}, ""},
		{"", "notes/replies", params{"noteId": a.ID}, "b"},
		{"", "notes/children", params{"noteId": a.ID}, "q b"},
		{"", "notes/renotes", params{"noteId": a.ID}, "- q"},
		{"eve", "users/notes", params{"userId": userID("bob")}, "- q"},
		{"eve", "users/notes", params{"userId": userID("bob"), "withReplies": true}, "- q b"},
		{"eve", "users/notes", params{"userId": userID("bob"), "withRenotes": false}, "q"},
		{"ann", "users/notes", params{"userId": userID("bob")}, "- q root"},
		{"ann", "users/notes", params{"userId": userID("bob"), "withFiles": true}, ""},
	} {
		if got := texts(w.notes(x.who, x.endpoint, x.p)); got != x.want {
			t.Errorf("%s by %q %v: %q, want %q", x.endpoint, x.who, x.p, got, x.want)
		}
	}
	w.refuses("eve", "notes/renotes", params{"noteId": root.ID}, errNoRenotesOfNote)
	w.refuses("eve", "notes/conversation", params{"noteId": c.ID}, errNoConversationOfNote)
	w.refuses("", "notes/conversation", params{"noteId": "none"}, errNoConversationOfNote)

	// A muted user's profile is there for those who go to it.
	w.mute("eve", "bob")
	if got := texts(w.notes("eve", "users/notes", params{"userId": userID("bob")})); got != "- q" {
		t.Errorf("the profile of a muted user: %q", got)
	}
	if got := texts(w.notes("eve", "notes/children", params{"noteId": a.ID})); got != "" {
		t.Errorf("children by a muted user: %q", got)
	}
}
