package channel

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// world is a plain model of what the hub has to do: it asks every
// subscription of every connection about every note.
type world struct {
	*rig
	rnd   *rand.Rand
	users []store.UserID
	conns []*worldConn
	out   map[store.UserID]bool // suspended
	notes int
	sent  int
	forms int
	taken int // notes that suspensions kept from somebody
}

type worldConn struct {
	user   store.UserID
	member *Member
	sink   *testSink
	subs   []worldSub
}

type worldSub struct {
	channel, id string
	params      visibility.Params
}

var worldChannels = []string{"homeTimeline", "localTimeline", "hybridTimeline", "globalTimeline", everything}

// everything is a kind that leaves nothing out: what its members do not get, the hub
// has kept from them. It has all notes, and those on a topic as well.
const (
	everything = "everything"
	worldTopic = store.PrefixAntenna + "x"
)

var everythingKind = &Kind{
	Name: everything,
	Open: func(store.UserID, protocol.Params) (Filter, bool) {
		f := Filter{
			Note:      func(visibility.Viewer, *store.NoteFacts) bool { return true },
			Interests: []Interest{{FromTopic, worldTopic}},
		}
		for i := range 8 {
			f.Interests = append(f.Interests, Interest{FromAuthor, fmt.Sprint("u", i)})
		}
		return f, true
	},
}

func newWorld(t *testing.T, cfg Config, seed uint64) *world {
	w := &world{rig: newRig(t, cfg), rnd: rand.New(rand.NewPCG(seed, 5)), out: map[store.UserID]bool{}}
	for i := range 8 {
		id := store.UserID(fmt.Sprint("u", i))
		w.users = append(w.users, id)
		w.loader.users[id] = store.NewRelations(id)
	}
	return w
}

func (w *world) host(u store.UserID) string {
	if u == "u6" || u == "u7" {
		return string(u) + ".example"
	}
	return ""
}

func (w *world) user() store.UserID { return w.users[w.rnd.IntN(len(w.users))] }

func (w *world) chance(n int) bool { return w.rnd.IntN(n) == 0 }

// relations is the model's truth, which is also what is loaded.
func (w *world) relations(u store.UserID) visibility.Viewer {
	if u == "" {
		return nil
	}
	return visibility.Of(w.loader.users[u])
}

func (w *world) join() {
	user := w.user()
	if w.chance(4) {
		user = ""
	}
	m, s := w.rig.join(user)
	w.conns = append(w.conns, &worldConn{user: user, member: m, sink: s})
}

func (w *world) leave() {
	i := w.rnd.IntN(len(w.conns))
	w.conns[i].member.Leave()
	w.conns = slices.Delete(w.conns, i, i+1)
}

func (w *world) connect() {
	c := w.conns[w.rnd.IntN(len(w.conns))]
	sub := worldSub{
		channel: worldChannels[w.rnd.IntN(len(worldChannels))],
		id:      string(rune('a' + w.rnd.IntN(3))),
		params:  visibility.Params{WithRenotes: !w.chance(4), WithReplies: w.chance(2), WithFiles: w.chance(6)},
	}
	if sub.channel == everything {
		c.member.Subscribe(Request{Kind: everythingKind, ID: protocol.EncodeID(sub.id)})
	} else {
		c.member.Connect(connect(sub.channel, sub.id, fmt.Sprintf(`{"withRenotes":%v,"withReplies":%v,"withFiles":%v}`,
			sub.params.WithRenotes, sub.params.WithReplies, sub.params.WithFiles)))
		if c.user == "" && Find(sub.channel).RequireAuth {
			return
		}
	}
	c.subs = slices.DeleteFunc(c.subs, func(o worldSub) bool { return o.id == sub.id && o.channel == sub.channel })
	c.subs = append(c.subs, sub)
}

func (w *world) disconnect() {
	c := w.conns[w.rnd.IntN(len(w.conns))]
	id := string(rune('a' + w.rnd.IntN(3)))
	c.member.Disconnect(id)
	c.subs = slices.DeleteFunc(c.subs, func(o worldSub) bool { return o.id == id })
}

// relate changes the truth and tells the hub.
func (w *world) relate() {
	actor, target := w.user(), w.user()
	if actor == target {
		return
	}
	c := store.RelationChange{Actor: actor, Target: target}
	a := w.loader.users[actor]
	b := w.loader.users[target]
	w.loader.mu.Lock()
	var typ string
	switch w.rnd.IntN(16) {
	case 0, 1, 2, 3:
		typ, c.WithReplies = store.InternalFollow, w.chance(2)
		a.Following[target] = c.WithReplies
	case 4, 5:
		typ = store.InternalUnfollow
		delete(a.Following, target)
	case 6:
		typ = store.InternalMute
		a.Muting[target] = struct{}{}
	case 7, 8:
		typ = store.InternalUnmute
		delete(a.Muting, target)
	case 9:
		typ = store.InternalRenoteMute
		a.RenoteMuting[target] = struct{}{}
	case 10:
		typ = store.InternalRenoteUnmute
		delete(a.RenoteMuting, target)
	case 11:
		typ = store.InternalBlock
		b.BlockedBy[actor] = struct{}{}
	case 12, 13:
		typ = store.InternalUnblock
		delete(b.BlockedBy, actor)
	case 14:
		typ = store.InternalMuteInstances
		clear(a.MutedInstances)
		if w.chance(2) {
			c.Hosts = []string{"u7.example"}
			a.MutedInstances["u7.example"] = struct{}{}
		}
	default:
		c.ChannelID = "c1"
		if w.chance(2) {
			typ = store.InternalFollowChannel
			a.FollowedChannels["c1"] = struct{}{}
		} else {
			typ = store.InternalUnfollowChannel
			delete(a.FollowedChannels, "c1")
		}
	}
	w.loader.mu.Unlock()
	w.deliver(relation(typ, c))
}

// suspend suspends somebody, which ends their connections, or takes it back.
func (w *world) suspend() {
	u := w.user()
	w.out[u] = !w.out[u] && slices.ContainsFunc(w.conns, func(c *worldConn) bool { return c.user != u })
	w.deliver(&RevocationEvent{Type: store.InternalSuspended, Revocation: &store.Revocation{UserID: u, Gone: w.out[u]}})
	w.conns = slices.DeleteFunc(w.conns, func(c *worldConn) bool {
		if ended := c.user == u && w.out[u]; !ended {
			return false
		}
		c.member.Leave()
		return true
	})
}

// marked is a copy of the facts as the model knows them.
func (w *world) marked(f *store.NoteFacts) *store.NoteFacts {
	if f == nil {
		return nil
	}
	g := *f
	g.BySuspended = w.out[f.UserID]
	g.Reply, g.Renote = w.marked(f.Reply), w.marked(f.Renote)
	return &g
}

func (w *world) facts(depth int) *store.NoteFacts {
	w.notes++
	f := noteFactsBy(store.NoteID(fmt.Sprint("n", w.notes)), w.user())
	f.UserHost = w.host(f.UserID)
	f.HasText, f.HasFiles = !w.chance(3), w.chance(4)
	f.Visibility = []store.Visibility{store.Public, store.Public, store.Home, store.Followers, store.Specified}[w.rnd.IntN(5)]
	if f.HasText && w.chance(3) {
		f.VoteCount = 1
	}
	if w.chance(3) {
		f.Mentions = []store.UserID{w.user()}
	}
	if f.Visibility == store.Specified {
		f.VisibleUserIDs = []store.UserID{w.user(), w.user()}
	}
	if w.chance(5) {
		f.ChannelID = []string{"c1", "c2"}[w.rnd.IntN(2)]
	}
	if depth > 0 && w.chance(3) {
		f.Reply = w.facts(0)
		f.ReplyID, f.ReplyUserID = f.Reply.ID, f.Reply.UserID
	}
	if depth > 0 && w.chance(3) {
		f.Renote = w.facts(depth - 1)
		f.RenoteID = f.Renote.ID
	}
	return f
}

var worldRules = map[string]func(visibility.Viewer, *store.NoteFacts, visibility.Params) bool{
	"homeTimeline":   visibility.Home,
	"localTimeline":  visibility.Local,
	"hybridTimeline": visibility.Hybrid,
	"globalTimeline": visibility.Global,
	everything: func(v visibility.Viewer, f *store.NoteFacts, _ visibility.Params) bool {
		return visibility.Deliver(v, f)
	},
}

// onTopic is the event of the note on a topic other than that of all notes.
func (w *world) onTopic(f *store.NoteFacts, raw []byte) Prepared {
	facts, err := json.Marshal(store.EventFacts{NoteFacts: f})
	if err != nil {
		w.t.Fatal(err)
	}
	e, err := Prepare(&store.Event{Topic: worldTopic, Type: store.EventNote, Body: raw, Facts: facts})
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

// participations lets some people have reacted to, or voted in, the notes.
func (w *world) participations(f *store.NoteFacts) map[store.UserID]map[store.NoteID]store.Participation {
	did := map[store.UserID]map[store.NoteID]store.Participation{}
	var walk func(f *store.NoteFacts)
	walk = func(f *store.NoteFacts) {
		if f == nil {
			return
		}
		for range w.rnd.IntN(3) {
			u := w.user()
			if did[u] == nil {
				did[u] = map[store.NoteID]store.Participation{}
			}
			p := store.Participation{Reaction: []string{"", "👍", ":a@.:"}[w.rnd.IntN(3)]}
			if f.VoteCount > 0 && w.chance(2) {
				p.Votes = []int{w.rnd.IntN(2)}
			}
			did[u][f.ID] = p
		}
		walk(f.Reply)
		walk(f.Renote)
	}
	walk(f)
	return did
}

// post delivers a note and compares what every connection got.
func (w *world) post() {
	f := w.facts(2)
	known := w.marked(f)
	e := posted(f)
	raw := packed(f)
	topical := w.onTopic(f, raw)
	did := w.participations(f)
	SetOwn(e, did)
	SetOwn(topical, did)
	own := protocol.OwnOf(f, did)
	w.deliver(e, topical)
	w.flush()
	for i, c := range w.conns {
		v := w.relations(c.user)
		var want []string
		for _, sub := range c.subs {
			rule := worldRules[sub.channel]
			if !rule(v, known, sub.params) {
				if visibility.Withdrawn(known) && rule(v, unmarked(known), sub.params) {
					w.taken++
				}
				continue
			}
			form := protocol.Variant{Hidden: visibility.HiddenEmbedded(v, f)}
			if c.user != "" {
				form.Own = own[c.user]
			}
			note := raw
			if !form.Plain() {
				w.forms++
				var err error
				if note, err = form.ApplyRaw(raw); err != nil {
					w.t.Fatal(err)
				}
			}
			want = append(want, fmt.Sprintf(`{"type":"channel","body":{"id":%q,"type":"note","body":%s}}`, sub.id, note))
			if sub.channel == everything {
				want = append(want, want[len(want)-1]) // by the topic as well
			}
		}
		var got []string
		for _, fr := range c.sink.take() {
			got = append(got, string(fr.Payload()))
		}
		slices.Sort(want)
		slices.Sort(got)
		w.sent += len(got)
		if !slices.Equal(got, want) {
			w.t.Fatalf("connection %d of %q with %+v, note %s:\n got %q\nwant %q", i, c.user, c.subs, raw, got, want)
		}
	}
	if string(e.body.plain.JSON()) != string(raw) {
		w.t.Fatalf("the shared note was changed:\n got %s\nwant %s", e.body.plain.JSON(), raw)
	}
}

// unmarked is a copy of the facts as if nobody were suspended.
func unmarked(f *store.NoteFacts) *store.NoteFacts {
	if f == nil {
		return nil
	}
	g := *f
	g.BySuspended, g.Reply, g.Renote = false, unmarked(f.Reply), unmarked(f.Renote)
	return &g
}

// TestHubAgainstModel lets people come, go, follow, mute and post at random,
// and be suspended.
func TestHubAgainstModel(t *testing.T) {
	steps := 4_000
	if testing.Short() {
		steps = 2_000
	}
	for _, cfg := range []Config{
		{Shards: 1, Linger: time.Nanosecond},
		{Shards: 3, Linger: time.Nanosecond},
		{Shards: 2, Linger: time.Hour},
	} {
		t.Run(fmt.Sprintf("shards=%d/linger=%v", cfg.Shards, cfg.Linger), func(t *testing.T) {
			w := newWorld(t, cfg, 11)
			w.join()
			for step := range steps {
				switch n := w.rnd.IntN(40); {
				case n < 2 && len(w.conns) < 30:
					w.join()
				case n == 2 && len(w.conns) > 1:
					w.leave()
				case n < 9:
					w.connect()
				case n < 11:
					w.disconnect()
				case n < 21:
					w.relate()
				case n == 21:
					w.suspend()
				default:
					w.post()
				}
				if step%100 == 0 {
					w.checkIndex()
				}
			}
			if w.sent < steps/4 || w.forms < steps/100 || w.taken < steps/100 {
				t.Errorf("only %d notes were sent, %d of them in forms of their own, and %d kept back by suspensions: the world is too poor",
					w.sent, w.forms, w.taken)
			}
			for len(w.conns) > 0 {
				w.leave()
			}
			w.empty(cfg.Linger < time.Second)
		})
	}
}

// checkIndex holds the index against the viewers that it was made from.
func (w *world) checkIndex() {
	for _, s := range w.hub.shards {
		done := make(chan struct{})
		s.do(func() {
			defer close(done)
			refs := make([]int32, len(s.people.list))
			followers := make([]numset, len(s.people.list))
			communities := map[string]numset{}
			for _, v := range s.viewers {
				if v == nil {
					continue
				}
				refs[v.num]++
				for _, e := range v.follows {
					refs[e>>1]++
					if v.indexed {
						followers[e>>1].add(v.slot)
					}
				}
				for _, set := range []numset{v.muting, v.renoteMuting, v.blockedBy} {
					for _, n := range set {
						refs[n]++
					}
				}
				for _, c := range v.communities {
					if v.indexed {
						set := communities[c]
						set.add(v.slot)
						communities[c] = set
					}
				}
			}
			for n, p := range s.people.list {
				if p.refs != refs[n] || !slices.Equal(p.followers, followers[n]) {
					w.t.Errorf("%q: %d references, counted %d; followers %v, found %v", p.id, p.refs, refs[n], p.followers, followers[n])
				}
			}
			if !maps.EqualFunc(s.index.communities, communities, slices.Equal[numset]) {
				w.t.Errorf("communities %v, found %v", s.index.communities, communities)
			}
		})
		<-done
	}
}

// empty checks that nothing is left of those who went.
func (w *world) empty(viewersToo bool) {
	for _, s := range w.hub.shards {
		left := make(chan string, 1)
		s.do(func() {
			if viewersToo {
				for len(s.idle) > 0 { // do not wait for the timer
					s.forgetIdle()
				}
			}
			online := 0
			for _, v := range s.viewers {
				if v != nil {
					online++
				}
			}
			report := fmt.Sprintf("members %d ids %d local %d public %d keyed %d",
				len(s.members), len(s.frames.ids), len(s.index.byStream[newNotes].local.subs), len(s.index.byStream[newNotes].public.subs), len(s.index.byStream[newNotes].keyed))
			if viewersToo {
				report += fmt.Sprintf(" people %d viewers %d communities %d", len(s.people.byID), online, len(s.index.communities))
			}
			left <- report
		})
		want := "members 0 ids 0 local 0 public 0 keyed 0"
		if viewersToo {
			want += " people 0 viewers 0 communities 0"
		}
		if got := <-left; got != want {
			w.t.Errorf("left behind: %s", got)
		}
	}
}
