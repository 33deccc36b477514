package channel

import (
	"fmt"
	"testing"

	"notewire/store"
)

// follows are relations of somebody who follows the others.
func follows(me store.UserID, others ...store.UserID) *store.RelationLists {
	l := &store.RelationLists{UserID: me}
	for _, o := range others {
		l.Following = append(l.Following, store.Followee{ID: o})
	}
	return l
}

// What was loaded before the hub knew whose it was is used, unless it may be too
// old: then the viewer is loaded as ever.
func TestPreloaded(t *testing.T) {
	mine := relation(store.InternalFollow, store.RelationChange{Actor: "me", Target: "new"})
	theirs := relation(store.InternalFollow, store.RelationChange{Actor: "you", Target: "new"})
	blocked := relation(store.InternalBlock, store.RelationChange{Actor: "you", Target: "me"})
	many := func(e func(i int) Prepared, n int) (events []Prepared) {
		for i := range n {
			events = append(events, e(i))
		}
		return events
	}
	other := func(i int) Prepared {
		return relation(store.InternalFollow, store.RelationChange{Actor: store.UserID(fmt.Sprint("u", i)), Target: "new"})
	}
	for _, c := range []struct {
		name          string
		before, after []Prepared // of the mark
		loads         int
	}{
		{"nothing happened", nil, nil, 0},
		{"all of it before", []Prepared{mine, &GapEvent{}}, nil, 0},
		{"about others", nil, []Prepared{theirs}, 0},
		{"about me", nil, []Prepared{mine}, 1},
		{"about me, by another", nil, []Prepared{blocked}, 1},
		{"about me, then about others", nil, append([]Prepared{mine}, many(other, rememberedChanges-1)...), 1},
		{"as many as are remembered", nil, many(other, rememberedChanges), 0},
		{"more than are remembered", nil, many(other, rememberedChanges+1), 1},
		{"a gap", nil, []Prepared{&GapEvent{}}, 1},
		{"a gap, then others", nil, append([]Prepared{&GapEvent{}}, many(other, 3)...), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, Config{Shards: 1})
			for _, e := range c.before {
				r.deliver(e)
			}
			early := Preloaded{Since: r.hub.Mark(), Relations: follows("me", "early")}
			late := store.NewRelations("me")
			late.Following["late"] = false
			r.loader.users["me"] = late
			r.deliver(c.after...)
			r.flush()
			sink := &testSink{}
			m, err := r.hub.Join(t.Context(), Connection{Access: who("me"), Sink: sink, Preloaded: early})
			if err != nil {
				t.Fatal(err)
			}
			defer m.Leave()
			if got := r.loader.called(); got != c.loads {
				t.Errorf("loaded %d times, want %d", got, c.loads)
			}
			m.Connect(connect("homeTimeline", "h", ""))
			r.deliver(posted(noteFactsBy("n1", "early")), posted(noteFactsBy("n2", "late")))
			r.flush()
			want := "h note n1"
			if c.loads > 0 {
				want = "h note n2"
			}
			expect(t, "sent", sink.brief(t), want)
			if !r.hub.Online("me") {
				t.Error("the viewer is not online")
			}
		})
	}
}

// Changes that come after the viewer was made of what was loaded before are
// applied to it, and whoever is there already keeps what they know.
func TestPreloadedGoesOn(t *testing.T) {
	r := newRig(t, Config{Shards: 2})
	early := Preloaded{Since: r.hub.Mark(), Relations: follows("me", "ann")}
	sink := &testSink{}
	m, err := r.hub.Join(t.Context(), Connection{Access: who("me"), Sink: sink, Preloaded: early})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Leave()
	m.Connect(connect("homeTimeline", "h", ""))
	r.deliver(
		relation(store.InternalUnfollow, store.RelationChange{Actor: "me", Target: "ann"}),
		relation(store.InternalFollow, store.RelationChange{Actor: "me", Target: "bob"}),
	)
	again, err := r.hub.Join(t.Context(), Connection{Access: who("me"), Sink: &testSink{}, Preloaded: early})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Leave()
	r.deliver(posted(noteFactsBy("n1", "ann")), posted(noteFactsBy("n2", "bob")))
	r.flush()
	expect(t, "sent", sink.brief(t), "h note n2")
	if got := r.loader.called(); got != 0 {
		t.Errorf("loaded %d times", got)
	}
}
