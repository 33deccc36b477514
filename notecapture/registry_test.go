package notecapture_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"notewire/notecapture"
	"notewire/store"
	"notewire/store/visibility"
)

// captor counts how often it is told of an event.
type captor struct{ told int }

func (c *captor) NoteChanged(notecapture.Cursor) { c.told++ }

// take answers how often the captor was told, and begins anew.
func (c *captor) take() int {
	n := c.told
	c.told = 0
	return n
}

func user(id store.UserID, change func(*store.Relations)) visibility.Viewer {
	r := store.NewRelations(id)
	if change != nil {
		change(r)
	}
	return visibility.Of(r)
}

func public(id store.NoteID) *store.NoteChange {
	return &store.NoteChange{ID: id, Audience: store.Audience{UserID: "author", Visibility: store.Public}}
}

func TestWhoIsTold(t *testing.T) {
	mutesReactor := func(r *store.Relations) { r.Muting["reactor"] = struct{}{} }
	follows := func(r *store.Relations) { r.Following["author"] = false }
	audience := func(v store.Visibility) store.Audience {
		return store.Audience{
			UserID: "author", Visibility: v, ReplyUserID: "answered",
			Mentions: []store.UserID{"mentioned"}, VisibleUserIDs: []store.UserID{"recipient"},
		}
	}
	for _, row := range []struct {
		name   string
		viewer visibility.Viewer
		vis    store.Visibility
		typ    string
		want   bool
	}{
		{"anonymous, public", nil, store.Public, store.NoteReacted, true},
		{"anonymous, home", nil, store.Home, store.NoteReacted, true},
		{"anonymous, followers", nil, store.Followers, store.NoteReacted, false},
		{"anonymous, specified", nil, store.Specified, store.NoteDeleted, false},
		{"author, specified", user("author", nil), store.Specified, store.NoteReacted, true},
		{"stranger, followers", user("x", nil), store.Followers, store.NotePollVoted, false},
		{"follower, followers", user("x", follows), store.Followers, store.NotePollVoted, true},
		{"follower, specified", user("x", follows), store.Specified, store.NoteReacted, false},
		{"mentioned, followers", user("mentioned", nil), store.Followers, store.NoteReacted, true},
		{"answered, followers", user("answered", nil), store.Followers, store.NoteReacted, true},
		{"recipient, specified", user("recipient", nil), store.Specified, store.NoteDeleted, true},
		{"mentioned, specified", user("mentioned", nil), store.Specified, store.NoteReacted, false},
		{"reacted by somebody I mute", user("x", mutesReactor), store.Public, store.NoteReacted, false},
		{"unreacted by somebody I mute", user("x", mutesReactor), store.Public, store.NoteUnreacted, false},
		{"voted by somebody I mute", user("x", mutesReactor), store.Public, store.NotePollVoted, true},
		{"deleted, I mute somebody", user("x", mutesReactor), store.Public, store.NoteDeleted, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := notecapture.NewRegistry(0)
			var s captor
			r.NewSet(row.viewer, &s).Sub("n")
			c := &store.NoteChange{ID: "n", Audience: audience(row.vis), ActorID: "reactor"}
			r.Deliver(row.typ, c)
			if got := s.take() == 1; got != row.want {
				t.Errorf("told: %v, want %v", got, row.want)
			}
		})
	}
}

// TestRulesAtDelivery tells that what counts is what the viewer may see when
// something happens, not when the note was captured.
func TestRulesAtDelivery(t *testing.T) {
	r := notecapture.NewRegistry(0)
	rel := store.NewRelations("x")
	var s captor
	r.NewSet(visibility.Of(rel), &s).Sub("n")
	c := &store.NoteChange{ID: "n", Audience: store.Audience{UserID: "author", Visibility: store.Followers}}
	r.Deliver(store.NotePollVoted, c)
	rel.Following["author"] = false
	r.Deliver(store.NoteReacted, c)
	delete(rel.Following, "author")
	r.Deliver(store.NoteUnreacted, c)
	if got := s.take(); got != 1 {
		t.Errorf("told %d times, want once: while the author was followed", got)
	}
}

func TestReferences(t *testing.T) {
	r := notecapture.NewRegistry(0)
	var s captor
	set := r.NewSet(nil, &s)
	told := func() bool {
		r.Deliver(store.NoteReacted, public("n"))
		return s.take() == 1
	}
	set.Unsub("n")
	set.Sub("n")
	set.Sub("n")
	if !told() {
		t.Error("captured twice, told nothing or twice")
	}
	set.Unsub("n")
	if !told() {
		t.Error("two subs and one unsub ended the capture")
	}
	set.Unsub("n")
	if told() {
		t.Error("two subs and two unsubs did not end the capture")
	}
	set.Unsub("n")
	set.Sub("n")
	if !told() {
		t.Error("an unsub too many spoilt the next sub")
	}
	if set.End(); told() || r.Counts().Notes != 0 {
		t.Error("End left something behind")
	}
}

func TestOldestIsDropped(t *testing.T) {
	const limit = 4
	r := notecapture.NewRegistry(limit)
	var s captor
	set := r.NewSet(nil, &s)
	for i := range limit + 2 {
		set.Sub(store.NoteID(fmt.Sprint(i)))
		if i < limit {
			set.Sub("0") // one more reference does not make it younger
		}
	}
	if set.Len() != limit || r.Counts().Notes != limit {
		t.Errorf("%d notes captured, %d registered, want %d", set.Len(), r.Counts().Notes, limit)
	}
	for i := range limit + 2 {
		r.Deliver(store.NoteReacted, public(store.NoteID(fmt.Sprint(i))))
		if got, want := s.take() == 1, i >= 2; got != want {
			t.Errorf("note %d is captured: %v, want %v", i, got, want)
		}
	}
}

// model is the registry in its plainest form.
type model struct {
	refs  map[store.NoteID]int
	order []store.NoteID
}

func (m *model) drop(id store.NoteID) {
	delete(m.refs, id)
	m.order = slices.DeleteFunc(m.order, func(o store.NoteID) bool { return o == id })
}

func TestAgainstModel(t *testing.T) {
	const limit, conns, notes, steps = 8, 6, 20, 60_000
	rnd := rand.New(rand.NewPCG(7, 7))
	r := notecapture.NewRegistry(limit)
	var sinks [conns]captor
	var sets [conns]*notecapture.Set
	var models [conns]model
	var dropped uint64
	for i := range sets {
		sets[i] = r.NewSet(nil, &sinks[i])
		models[i].refs = map[store.NoteID]int{}
	}
	for step := range steps {
		i, id := rnd.IntN(conns), store.NoteID(fmt.Sprint(rnd.IntN(notes)))
		m := &models[i]
		switch op := rnd.IntN(20); {
		case op < 8:
			sets[i].Sub(id)
			if m.refs[id] == 0 {
				if len(m.order) == limit {
					dropped++
					m.drop(m.order[0])
				}
				m.order = append(m.order, id)
			}
			m.refs[id]++
		case op < 14:
			sets[i].Unsub(id)
			if m.refs[id] > 0 {
				if m.refs[id]--; m.refs[id] == 0 {
					m.drop(id)
				}
			}
		case op == 14:
			sets[i].End()
			*m = model{refs: map[store.NoteID]int{}}
		default:
			typ := store.NoteReacted
			if op == 15 {
				typ = store.NoteDeleted
			}
			r.Deliver(typ, public(id))
			for c := range sets {
				if got, want := sinks[c].take(), models[c].refs[id] > 0; (got == 1) != want || got > 1 {
					t.Fatalf("step %d: connection %d was told %d times of %s, captured: %v", step, c, got, id, want)
				}
				if typ == store.NoteDeleted {
					models[c].drop(id)
				}
			}
		}
		if sets[i].Len() != len(m.order) {
			t.Fatalf("step %d: connection %d has %d captures, want %d", step, i, sets[i].Len(), len(m.order))
		}
	}
	all, captures := map[store.NoteID]bool{}, 0
	for i := range models {
		captures += len(models[i].order)
		for id := range models[i].refs {
			all[id] = true
		}
	}
	if got, want := r.Counts(), (notecapture.Counts{Captures: captures, Notes: len(all), Dropped: dropped}); got != want || dropped == 0 {
		t.Errorf("counted %+v, want %+v", got, want)
	}
}
