package chaostest

import (
	"slices"
	"testing"
	"time"

	"notewire/store"
	"notewire/store/feed"
)

// cursorAt is a cursor that covers everything up to an event: version, log,
// and the id, as store/feed writes them.
func cursorAt(t *testing.T, event byte) string {
	t.Helper()
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	// Six bytes: 1, four of zero, and an id below 128.
	c := "AQAAAAA" + string(digits[event])
	if p, err := feed.ParseCursor(c); err != nil || !p.Covers(int64(event)) || p.Covers(int64(event)+1) {
		t.Fatalf("cursor %q of event %d: %v", c, event, err)
	}
	return c
}

// The oracle itself: an oracle that finds nothing proves nothing.
func TestOracle(t *testing.T) {
	t.Parallel()
	facts := func(id store.NoteID, author store.UserID, v store.Visibility) *store.NoteFacts {
		return &store.NoteFacts{ID: id, HasText: true, Audience: store.Audience{UserID: author, Visibility: v}}
	}
	reply := facts("n3", "author", store.Public)
	reply.ReplyID, reply.ReplyUserID, reply.Reply = "n1", "author", facts("n1", "author", store.Public)
	note := func(ids ...string) []receipt {
		var all []receipt
		for _, id := range ids {
			all = append(all, receipt{kind: "note", object: id})
		}
		return all
	}
	mention := receipt{kind: "mention", object: "n1"}
	told := receipt{kind: "notification", object: "x1", note: "n1"}
	good := note("n1", "n2", "n3")
	for name, c := range map[string]struct {
		notes, main []receipt
		changes     []string
		capture     store.NoteID
		want        verdict
	}{
		"all is well":              {notes: good, main: []receipt{mention, told}, changes: []string{"reacted"}},
		"a note is lost":           {notes: note("n1", "n3"), want: verdict{lost: 1}},
		"a note twice":             {notes: note("n1", "n2", "n3", "n2"), want: verdict{doubled: 1}},
		"a stranger's circle":      {notes: note("n1", "secret", "n2", "n3"), want: verdict{leaked: 1}},
		"rolled back":              {notes: note("n1", "n2", "n3", "never"), want: verdict{phantoms: 1}},
		"a reply before its note":  {notes: note("n3", "n1", "n2"), want: verdict{disorder: 2}}, // and before what its author had finished
		"the later note first":     {notes: note("n2", "n1", "n3"), want: verdict{disorder: 1}},
		"shown within":             {notes: append(note("n1", "n2"), receipt{kind: "note", object: "n3", shown: []store.NoteID{"secret"}}), want: verdict{leaked: 1}},
		"a cursor too early":       {notes: append(note("n1", "n2"), receipt{kind: "note", object: "n3", cursor: "AQAAAAAC"}), want: verdict{cursors: 1}},
		"a mention is lost":        {notes: good, main: []receipt{told}, want: verdict{lost: 1, disorder: 1}},
		"a mention twice":          {notes: good, main: []receipt{mention, mention, told}, want: verdict{doubled: 1}},
		"notified before":          {notes: good, main: []receipt{told, mention}, want: verdict{disorder: 1}},
		"notified of nothing":      {notes: good, main: []receipt{mention, told, {kind: "notification", object: "never"}}, want: verdict{phantoms: 1}},
		"a reaction is lost":       {notes: good, changes: []string{}, want: verdict{lost: 1}},
		"a reaction twice":         {notes: good, changes: []string{"reacted", "reacted"}, want: verdict{doubled: 1}},
		"a reaction of nobody":     {notes: good, changes: []string{"reacted", "unreacted"}, want: verdict{phantoms: 1}},
		"a stranger's reaction":    {notes: good, capture: "secret", want: verdict{leaked: 1}},
		"a stranger's, not heard":  {notes: good, capture: "secret", changes: []string{}},
		"nothing but what is lost": {notes: []receipt{}, main: []receipt{}, changes: []string{}, want: verdict{lost: 6}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &oracle{
				verdict:   &verdict{},
				relations: map[store.UserID]*store.Relations{"viewer": {UserID: "viewer", Following: map[store.UserID]bool{"author": false}}},
				attempts:  [][]attempt{{{note: "n1", acked: true}, {note: "n2", acked: true}, {note: "n3"}}},
				written:   20, end: 20,
				truth: &truth{
					facts: map[store.NoteID]*store.NoteFacts{
						"old": facts("old", "author", store.Public), "n1": facts("n1", "author", store.Public), "n2": facts("n2", "author", store.Followers),
						"n3": reply, "secret": facts("secret", "stranger", store.Followers),
					},
					parent: map[store.NoteID]store.NoteID{"n3": "n1"},
					posted: map[store.NoteID]int64{"old": 1, "n1": 3, "secret": 4, "n2": 5, "n3": 6},
					order:  []store.NoteID{"old", "n1", "secret", "n2", "n3"},
					main: map[store.UserID][]mainRow{"viewer": {
						{id: 1, kind: "mention", object: "old"}, {id: 7, kind: "mention", object: "n1"}, {id: 8, kind: "notification", object: "x1", note: "n1"},
					}},
					change: map[store.NoteID][]changeRow{"n1": {{2, "early"}, {9, "reacted"}}, "secret": {{10, "reacted"}}},
				},
			}
			if c.main == nil {
				c.main = []receipt{mention, told}
			}
			if c.changes == nil {
				c.changes = []string{"reacted"}
			}
			if c.capture == "" {
				c.capture = "n1"
			}
			v := &viewer{who: account{id: "viewer", name: "viewer"}, subs: []*subscription{
				{id: "home", channel: "homeTimeline", first: cursorAt(t, 2), received: c.notes},
				{id: "main", channel: "main", first: cursorAt(t, 2), received: c.main},
			}, captures: []*capture{{note: c.capture, from: cursorAt(t, 3), cursor: cursorAt(t, 3), live: true, received: c.changes}}}
			o.judge(v)
			got := *o.verdict
			got.expected, got.details = 0, nil
			if got.lost != c.want.lost || got.doubled != c.want.doubled || got.leaked != c.want.leaked || got.phantoms != c.want.phantoms ||
				got.disorder != c.want.disorder || got.cursors != c.want.cursors {
				t.Errorf("found %+v, want %+v: %q", got, c.want, o.details)
			}
			if got.clean() != c.want.clean() {
				t.Errorf("clean: %v", got.clean())
			}
		})
	}
}

// A seed decides every fault, and another seed others.
func TestSchedule(t *testing.T) {
	t.Parallel()
	lanes := []lane{
		{kinds: []faultKind{killNode, stopNode}, pause: time.Second, longest: time.Second},
		{kinds: []faultKind{restartFast}, pause: 2 * time.Second, longest: time.Second},
	}
	one := schedule(7, time.Minute, lanes)
	if again := schedule(7, time.Minute, lanes); !slices.Equal(one, again) {
		t.Error("one seed has two schedules")
	}
	if other := schedule(8, time.Minute, lanes); slices.Equal(one, other) {
		t.Error("two seeds have one schedule")
	}
	kinds := map[faultKind]int{}
	for i, f := range one {
		kinds[f.kind]++
		if i > 0 && f.at < one[i-1].at || f.at > 48*time.Second || f.length > time.Second {
			t.Errorf("fault %d: %+v", i, f)
		}
	}
	if kinds[killNode] == 0 || kinds[stopNode] == 0 || kinds[restartFast] < 10 {
		t.Errorf("faults drawn: %v", kinds)
	}
}
