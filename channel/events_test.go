package channel

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"notewire/protocol"
	"notewire/protocol/wire"
	"notewire/store"
	"notewire/store/visibility"
)

// TestRelationCountsForTheNextNote: events take effect in the order of the log.
func TestRelationCountsForTheNextNote(t *testing.T) {
	r := newRig(t, Config{})
	m, s := r.join("me")
	m.Connect(connect("homeTimeline", "h", ""))
	m.Connect(connect("localTimeline", "l", ""))
	r.flush()
	note := func(id store.NoteID) Prepared { return posted(noteFactsBy(id, "a")) }
	change := func(typ string) Prepared {
		return relation(typ, store.RelationChange{Actor: "me", Target: "a"})
	}
	blocks := func(typ string) Prepared {
		return relation(typ, store.RelationChange{Actor: "a", Target: "me"})
	}
	r.deliver(
		note("1"), change(store.InternalFollow), note("2"), change(store.InternalMute), note("3"),
		change(store.InternalUnmute), note("4"), blocks(store.InternalBlock), note("5"),
		blocks(store.InternalUnblock), note("6"), change(store.InternalUnfollow), note("7"),
	)
	r.flush()
	got := s.brief(t)
	home := slices.DeleteFunc(slices.Clone(got), func(f string) bool { return f[0] != 'h' })
	local := slices.DeleteFunc(slices.Clone(got), func(f string) bool { return f[0] != 'l' })
	expect(t, "home", home, "h note 2", "h note 4", "h note 6")
	expect(t, "local", local, "l note 1", "l note 2", "l note 4", "l note 6", "l note 7")
}

// TestFramesAreShared: one frame for all who use the same id, whoever they are.
func TestFramesAreShared(t *testing.T) {
	r := newRig(t, Config{Shards: 1})
	var sinks []*testSink
	for _, c := range []struct {
		user store.UserID
		id   string
	}{{"a", "1"}, {"b", "1"}, {"", "1"}, {"c", "2"}} {
		m, s := r.join(c.user)
		m.Connect(connect("localTimeline", c.id, ""))
		sinks = append(sinks, s)
	}
	r.flush()
	r.deliver(posted(noteFactsBy("n", "x")))
	r.flush()
	var frames []*wire.Frame
	for _, s := range sinks {
		frames = append(frames, s.take()...)
	}
	if len(frames) != 4 || frames[0] != frames[1] || frames[1] != frames[2] || frames[2] == frames[3] {
		t.Errorf("frames %p", frames)
	}
	r.hub.shards[0].do(func() {
		for id, c := range r.hub.shards[0].frames.ids {
			if c.built || c.plain != nil || c.others != nil {
				t.Errorf("id %v keeps a frame after its event", id)
			}
		}
	})
	r.flush()
}

// TestVariantsFromManyGoroutines: the shared payload is never changed, and each
// form is made once. It is the race detector's to judge.
func TestVariantsFromManyGoroutines(t *testing.T) {
	f := noteFactsBy("n", "x")
	f.RenoteID, f.Renote = "r", noteFactsBy("r", "y")
	e := posted(f)
	plain := string(packed(f))
	own := protocol.OwnOf(f, map[store.UserID]map[store.NoteID]store.Participation{"a": {"r": {Reaction: "👍"}}, "b": {"r": {Reaction: ":a@.:"}}})
	var wg sync.WaitGroup
	payloads := make([]*protocol.Payload, 16)
	for i := range payloads {
		wg.Go(func() {
			form := protocol.Variant{Own: own[[]store.UserID{"a", "b"}[i%2]]}
			p, err := e.body.in(nil, form)
			if err != nil {
				t.Error(err)
			}
			payloads[i] = p
		})
		wg.Go(func() {
			if got, _ := e.body.in(nil, protocol.Variant{}); string(got.JSON()) != plain {
				t.Errorf("the shared note became %s", got.JSON())
			}
		})
	}
	wg.Wait()
	for i, p := range payloads {
		if p != payloads[i%2] {
			t.Error("one form was made twice")
		}
		if !strings.Contains(string(p.JSON()), `"myReaction":"`+[]string{"👍", ":a@.:"}[i%2]) {
			t.Errorf("form %d: %s", i, p.JSON())
		}
	}
}

// TestUnreadableNoteIsNotSentWhole: if a form cannot be made, the shared one
// does not stand in for it.
func TestUnreadableNoteIsNotSentWhole(t *testing.T) {
	r := newRig(t, Config{})
	m, s := r.join("me")
	m.Connect(connect("localTimeline", "l", ""))
	r.flush()
	f := noteFactsBy("n", "x")
	f.RenoteID, f.Renote = "r", noteFactsBy("r", "y")
	f.Renote.Visibility = store.Followers
	r.deliver(NewNoteEvent(f, protocol.RawPayload([]byte(`["secret"]`))), posted(noteFactsBy("m", "x")))
	r.flush()
	expect(t, "after a note that cannot be rewritten", s.brief(t), "l note m")
	if st, err := r.hub.Stats(t.Context()); err != nil || st.Unsendable != 1 {
		t.Errorf("stats %+v, %v", st, err)
	}
}

func TestBroadcast(t *testing.T) {
	r := newRig(t, Config{})
	_, a := r.join("a")
	_, b := r.join("")
	gone, c := r.join("c")
	gone.Leave()
	r.flush()
	r.deliver(&BroadcastEvent{Type: "emojiAdded"})
	r.flush()
	expect(t, "a user", a.brief(t), "emojiAdded")
	expect(t, "anonymous", b.brief(t), "emojiAdded")
	expect(t, "somebody who left", c.brief(t))
}

func TestRevocation(t *testing.T) {
	for _, row := range []struct {
		typ  string
		r    store.Revocation
		want string // whose connections close
	}{
		{store.InternalTokenRevoked, store.Revocation{UserID: "me", TokenIDs: []string{"t1"}}, "me/t1"},
		{store.InternalTokenRegenerated, store.Revocation{UserID: "me", TokenIDs: []string{"t1", "t2"}}, "me/t1 me/t2"},
		{store.InternalTokenRevoked, store.Revocation{UserID: "me", TokenIDs: []string{"t9"}}, ""},
		{store.InternalSuspended, store.Revocation{UserID: "me", Gone: true}, "me/t1 me/t2"},
		{store.InternalSuspended, store.Revocation{UserID: "me", Gone: false}, ""},
		{store.InternalDeleted, store.Revocation{UserID: "me", Gone: true}, "me/t1 me/t2"},
		{store.InternalDeleted, store.Revocation{UserID: "nobody", Gone: true}, ""},
	} {
		t.Run(fmt.Sprintf("%s%v", row.typ, row.r), func(t *testing.T) {
			r := newRig(t, Config{})
			sinks := map[string]*testSink{}
			for _, c := range []string{"me/t1", "me/t2", "other/t1"} {
				user, token, _ := strings.Cut(c, "/")
				id := who(store.UserID(user))
				id.TokenID = token
				s := &testSink{}
				m, err := r.hub.Join(t.Context(), Connection{Access: id, Sink: s})
				if err != nil {
					t.Fatal(err)
				}
				m.Connect(connect("main", "m", ""))
				sinks[c] = s
			}
			r.flush()
			r.deliver(mainEvent("myTokenRegenerated", "null"), &RevocationEvent{Type: row.typ, Revocation: &row.r},
				mainEvent("meUpdated", "{}"), &BroadcastEvent{Type: "emojiAdded"})
			r.flush()
			for c, s := range sinks {
				closed := len(s.closed()) > 0
				if want := slices.Contains(strings.Fields(row.want), c); closed != want {
					t.Errorf("%s closed: %v, want %v", c, closed, want)
				}
				if closed && s.closed()[0] != Revoked {
					t.Errorf("%s closed with %d", c, s.closed()[0])
				}
				if !strings.HasPrefix(c, "me/") {
					continue
				}
				want := []string{"m myTokenRegenerated", "m meUpdated", "emojiAdded"}
				if closed {
					want = want[:1] // written before the end, and nothing after it
				}
				expect(t, c, s.brief(t), want...)
			}
		})
	}
}

// TestGap closes everybody and starts from nothing.
func TestGap(t *testing.T) {
	r := newRig(t, Config{})
	m, s := r.join("me")
	anon, a := r.join("")
	idle, _ := r.join("idle")
	idle.Leave()
	m.Connect(connect("localTimeline", "l", ""))
	anon.Connect(connect("localTimeline", "l", ""))
	r.flush()
	r.deliver(&GapEvent{}, posted(noteFactsBy("n", "x")))
	m.Connect(connect("globalTimeline", "g", ""))
	r.flush()
	r.deliver(posted(noteFactsBy("n", "x")))
	r.flush()
	for name, s := range map[string]*testSink{"user": s, "anonymous": a} {
		expect(t, name, s.brief(t))
		if got := s.closed(); len(got) != 1 || got[0] != MissedEvents {
			t.Errorf("%s: closed with %v", name, got)
		}
	}
	if len(r.hub.OnlineUsers()) != 0 {
		t.Errorf("still online: %v", r.hub.OnlineUsers())
	}
	again, s2 := r.join("me") // before the old connection has left
	again.Connect(connect("localTimeline", "l", ""))
	m.Leave()
	anon.Leave()
	r.flush()
	if !r.hub.Online("me") {
		t.Error("an old connection took the new viewer with it")
	}
	r.deliver(posted(noteFactsBy("n2", "x")))
	r.flush()
	expect(t, "who came again", s2.brief(t), "l note n2")
	if got := r.loader.called(); got != 2 {
		t.Errorf("loaded %d times, want 2", got)
	}
}

// TestKeyedInterests: the index has room for channels that name what they want.
func TestKeyedInterests(t *testing.T) {
	r := newRig(t, Config{})
	m, s := r.join("me")
	all := func(in ...Interest) *Kind {
		return &Kind{Name: "test", Open: func(store.UserID, protocol.Params) (Filter, bool) {
			return Filter{Interests: in, Note: visibility.Deliver}, true
		}}
	}
	m.Subscribe(Request{Kind: all(Interest{FromTag, "go"}, Interest{FromTag, "tea"}, Interest{FromAuthor, "ann"}), ID: protocol.EncodeID("t")})
	m.Subscribe(Request{Kind: all(Interest{FromCommunity, "c1"}), ID: protocol.EncodeID("c")})
	m.Subscribe(Request{Kind: all(Interest{FromTopic, "userListStream:l1"}), ID: protocol.EncodeID("u")})
	r.flush()
	tagged := noteFactsBy("tagged", "ann")
	tagged.Tags = []string{"go", "tea"}
	other := noteFactsBy("other", "ben")
	other.Tags = []string{"coffee"}
	inside := noteFactsBy("inside", "ben")
	inside.ChannelID = "c1"
	send := func() {
		r.deliver(posted(tagged), posted(other), posted(inside),
			NewTopicEvent("userListStream:l1", "userAdded", protocol.RawPayload([]byte(`{"id":"u"}`))),
			NewTopicEvent("userListStream:l2", "userAdded", protocol.RawPayload([]byte(`{"id":"u"}`))))
		r.flush()
	}
	send()
	expect(t, "keyed", s.brief(t), "t note tagged", "c note inside", "u userAdded u")
	for _, id := range []string{"t", "c", "u"} {
		m.Disconnect(id)
	}
	r.flush()
	send()
	expect(t, "after disconnect", s.brief(t))
	for _, sh := range r.hub.shards {
		if n := len(sh.index.byStream[newNotes].keyed); n != 0 {
			t.Errorf("%d lists left", n)
		}
	}
}
