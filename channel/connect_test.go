package channel

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"notewire/protocol"
	"notewire/store"
)

// TestConnectRules walks "Ids and shared channels" of the protocol. A step is
// "+channel id" (connect with pong), "-id" (disconnect), "note" (a public note
// by the viewer) or "main" (an event on the viewer's main topic).
func TestConnectRules(t *testing.T) {
	for _, row := range []struct {
		name  string
		steps string
		want  []string
	}{
		{"connected comes before the first event", "+homeTimeline a,note", []string{"connected a", "a note n"}},
		{"nothing after disconnect", "+homeTimeline a,-a,note", []string{"connected a"}},
		{"a queued frame of a channel that was left is not sent", "+homeTimeline a,note,-a", []string{"connected a"}},
		{"same id, same kind replaces", "+homeTimeline a,+homeTimeline a,note", []string{"connected a", "connected a", "a note n"}},
		{"what was queued survives a replacement", "+homeTimeline a,note,+homeTimeline a", []string{"connected a", "a note n", "connected a"}},
		{"same id, other kind: both live", "+homeTimeline a,+localTimeline a,note", []string{"connected a", "connected a", "a note n", "a note n"}},
		{"disconnect ends both", "+homeTimeline a,+localTimeline a,-a,note", []string{"connected a", "connected a"}},
		{"same kind, other id: both live", "+localTimeline a,+localTimeline b,note", []string{"connected a", "connected b", "a note n", "b note n"}},
		{"a shared kind lives once", "+main a,+main b,main", []string{"connected a", "a followed x"}},
		{"a shared kind under the same id replaces", "+main a,+main a,main", []string{"connected a", "connected a", "a followed x"}},
		{"a shared kind again after disconnect", "+main a,-a,+main b,main", []string{"connected a", "connected b", "b followed x"}},
		{"unknown channel", "+nonsense a,note", nil},
		{"disconnect of an unknown id", "-z,+localTimeline a,-z,note", []string{"connected a", "a note n"}},
		{"the empty id is an id", "+localTimeline ,note", []string{"connected ", " note n"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := newRig(t, Config{})
			m, s := r.join("me")
			for step := range strings.SplitSeq(row.steps, ",") {
				switch {
				case strings.HasPrefix(step, "+"):
					channel, id, _ := strings.Cut(step[1:], " ")
					m.Connect(protocol.Connect{Channel: channel, ID: id, Pong: true})
				case strings.HasPrefix(step, "-"):
					m.Disconnect(step[1:])
				case step == "note":
					r.flush()
					r.deliver(posted(noteFactsBy("n", "me")))
				case step == "main":
					r.flush()
					r.deliver(mainEvent("followed", `{"id":"x"}`))
				}
			}
			r.flush()
			expect(t, row.steps, s.brief(t), row.want...)
		})
	}
}

func mainEvent(typ, body string) *TopicEvent {
	e := NewTopicEvent(store.MainTopic("me"), typ, protocol.RawPayload([]byte(body)))
	e.UserID = "me"
	return e
}

func TestNoPongUnlessAsked(t *testing.T) {
	r := newRig(t, Config{})
	m, s := r.join("me")
	m.Connect(connect("homeTimeline", "a", ""))
	r.flush()
	expect(t, "without pong", s.brief(t))
}

func TestLimit(t *testing.T) {
	r := newRig(t, Config{MaxChannels: 3})
	m, s := r.join("me")
	pong := func(channel, id string) {
		m.Connect(protocol.Connect{Channel: channel, ID: id, Pong: true})
	}
	for i := range 5 {
		pong("localTimeline", fmt.Sprint(i))
	}
	pong("localTimeline", "1") // a replacement needs no room
	m.Disconnect("0")
	pong("main", "m")
	pong("globalTimeline", "g")
	r.flush()
	expect(t, "limit of three", s.brief(t), "connected 0", "connected 1", "connected 2", "connected 1", "connected m")
	st, err := r.hub.Stats(t.Context())
	want := Stats{Members: 1, Viewers: 1, Subscriptions: 3, ChannelLimit: 3, Channels: map[string]int{}, Refused: map[Refusal]uint64{}}
	for name := range kinds {
		want.Channels[name] = 0
	}
	want.Channels["localTimeline"], want.Channels["main"] = 2, 1
	for r := range refusals {
		want.Refused[r] = 0
	}
	want.Refused[RefusedLimit] = 3
	if err != nil || !reflect.DeepEqual(st, want) {
		t.Errorf("stats %+v, want %+v (%v)", st, want, err)
	}
}

// TestRefusals tells who may join what, and that a refused connect changes
// nothing of what lives under its id.
func TestRefusals(t *testing.T) {
	app := func(permissions ...string) store.Access {
		a := who("me")
		a.Native, a.Permissions = false, permissions
		return a
	}
	for _, row := range []struct {
		name string
		who  store.Access
		want map[string]bool
	}{
		{"anonymous", who(""), map[string]bool{"localTimeline": true, "globalTimeline": true}},
		{"app without permissions", app(), map[string]bool{"localTimeline": true, "globalTimeline": true}},
		{"app with read:account", app("write:notes", "read:account"), map[string]bool{
			"localTimeline": true, "globalTimeline": true, "homeTimeline": true, "hybridTimeline": true, "main": true,
		}},
		{"native", who("me"), map[string]bool{
			"localTimeline": true, "globalTimeline": true, "homeTimeline": true, "hybridTimeline": true, "main": true,
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := newRig(t, Config{})
			s := &testSink{}
			m, err := r.hub.Join(t.Context(), Connection{Access: row.who, Sink: s})
			if err != nil {
				t.Fatal(err)
			}
			for _, channel := range []string{"main", "homeTimeline", "localTimeline", "hybridTimeline", "globalTimeline"} {
				m.Connect(connect("localTimeline", "id", ""))
				m.Connect(protocol.Connect{Channel: channel, ID: "id", Pong: true})
				r.flush()
				if got := len(s.brief(t)) == 1; got != row.want[channel] {
					t.Errorf("%s: joined %v, want %v", channel, got, row.want[channel])
				}
				r.deliver(posted(noteFactsBy("n", "stranger")))
				r.flush()
				if len(s.brief(t)) == 0 {
					t.Errorf("%s: localTimeline under the same id is gone", channel)
				}
				m.Disconnect("id")
			}
		})
	}
}

// TestParams tells that params reach the rule, and how they are read.
func TestParams(t *testing.T) {
	reply := noteFactsBy("reply", "author")
	reply.ReplyID, reply.ReplyUserID, reply.Reply = "r", "other", noteFactsBy("r", "other")
	renote := noteFactsBy("renote", "author")
	renote.HasText, renote.RenoteID, renote.Renote = false, "r", noteFactsBy("r", "other")
	files := noteFactsBy("files", "author")
	files.HasFiles = true
	plain := noteFactsBy("plain", "author")
	for _, row := range []struct{ channel, params, want string }{
		{"localTimeline", ``, "renote files plain"},
		{"localTimeline", `{}`, "renote files plain"},
		{"localTimeline", `{"withReplies":null,"withFiles":null,"withRenotes":null}`, "renote files plain"},
		{"localTimeline", `{"withReplies":true}`, "reply renote files plain"},
		{"localTimeline", `{"withReplies":"false"}`, "reply renote files plain"},
		{"localTimeline", `{"withRenotes":0}`, "files plain"},
		{"localTimeline", `{"withFiles":1}`, "files"},
		{"hybridTimeline", `{"withReplies":true,"withRenotes":false}`, "reply files plain"},
		{"homeTimeline", `{"withReplies":true}`, "renote files plain"},
		{"homeTimeline", `{"withRenotes":false,"withFiles":true}`, "files"},
		{"globalTimeline", `{"withReplies":false}`, "reply renote files plain"},
		{"globalTimeline", `{"withRenotes":false}`, "reply files plain"},
	} {
		t.Run(row.channel+row.params, func(t *testing.T) {
			r := newRig(t, Config{})
			r.loader.users["me"] = store.NewRelations("me")
			r.loader.users["me"].Following["author"] = false
			m, s := r.join("me")
			m.Connect(connect(row.channel, "c", row.params))
			r.flush()
			r.deliver(posted(reply), posted(renote), posted(files), posted(plain))
			r.flush()
			var want []string
			for id := range strings.FieldsSeq(row.want) {
				want = append(want, "c note "+id)
			}
			expect(t, row.params, s.brief(t), want...)
		})
	}
}

// TestMessage hands messages to every channel of an id that takes them.
func TestMessage(t *testing.T) {
	r := newRig(t, Config{})
	m, s := r.join("me")
	echo := func(name string) *Kind {
		return &Kind{
			Name: name,
			Open: func(store.UserID, protocol.Params) (Filter, bool) { return Filter{}, true },
			Message: func(c protocol.ChannelMessage, send func(string, *protocol.Payload)) {
				send(name+"-"+c.Type, protocol.RawPayload(c.Body))
			},
		}
	}
	m.Subscribe(Request{Kind: echo("one"), ID: protocol.EncodeID("a")})
	m.Subscribe(Request{Kind: echo("two"), ID: protocol.EncodeID("a")})
	m.Subscribe(Request{Kind: echo("three"), ID: protocol.EncodeID("b")})
	m.Connect(connect("homeTimeline", "a", ""))
	m.Message(protocol.ChannelMessage{ID: "a", Type: "hey", Body: []byte(`{"id":"x"}`)})
	m.Message(protocol.ChannelMessage{ID: "zzz", Type: "hey", Body: []byte(`{"id":"x"}`)})
	r.flush()
	expect(t, "messages", s.brief(t), "a one-hey x", "a two-hey x")
}

// TestRefusedByOpen: what a kind refuses changes nothing.
func TestRefusedByOpen(t *testing.T) {
	r := newRig(t, Config{})
	m, s := r.join("me")
	k := &Kind{Name: "picky", Open: func(_ store.UserID, p protocol.Params) (Filter, bool) {
		return Filter{}, p.Bool("ok", false)
	}}
	for _, params := range []string{`{}`, `{"ok":true}`} {
		_, ok := m.Subscribe(Request{Kind: k, ID: `"a"`, Params: protocol.Params(params), Answer: true})
		if want := params != `{}`; ok != want {
			t.Errorf("%s was taken: %v", params, ok)
		}
	}
	r.flush()
	expect(t, "refused once", s.brief(t), "connected a")
}

// TestRefusedConnectsAreCounted holds each reason to its own count, and what
// has left to counting no more.
func TestRefusedConnectsAreCounted(t *testing.T) {
	r := newRig(t, Config{MaxChannels: 2})
	nobody, _ := r.join("")
	me, _ := r.join("me")
	nobody.Connect(connect("main", "m", ""))
	nobody.Connect(connect("localTimeline", "l", ""))
	for range 2 {
		me.Connect(connect("no such channel", "x", ""))
	}
	me.Connect(connect("main", "m", ""))
	me.Connect(connect("main", "n", ""))
	me.Connect(connect("localTimeline", "l", ""))
	me.Connect(connect("globalTimeline", "g", ""))
	me.Subscribe(Request{ID: `"p"`, Kind: &Kind{
		Name: "picky", Open: func(store.UserID, protocol.Params) (Filter, bool) { return Filter{}, false },
	}})
	me.Disconnect("l")
	r.flush()
	st, err := r.hub.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[Refusal]uint64{RefusedUnknown: 2, RefusedAuth: 1, RefusedParams: 1, RefusedShared: 1, RefusedLimit: 1}
	if !reflect.DeepEqual(st.Refused, want) {
		t.Errorf("refused %v, want %v", st.Refused, want)
	}
	if st.Subscriptions != 2 || st.Channels["main"] != 1 || st.Channels["localTimeline"] != 1 || st.Channels["globalTimeline"] != 0 {
		t.Errorf("%d channels: %v", st.Subscriptions, st.Channels)
	}
	me.Leave()
	nobody.Leave()
	r.flush()
	if st, err = r.hub.Stats(t.Context()); err != nil || st.Subscriptions != 0 || st.Channels["main"] != 0 || st.Members != 0 {
		t.Errorf("after all left: %+v, %v", st, err)
	}
}
