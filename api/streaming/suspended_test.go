package streaming

import (
	"context"
	"errors"
	"testing"

	"notewire/store"
	"notewire/store/feed"
)

func suspension(t *testing.T, u store.UserID, suspended bool) store.NewEvent {
	t.Helper()
	e, err := store.Internal(store.InternalSuspended, store.Revocation{UserID: u, Gone: suspended})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Whoever is suspended when a node starts is so from its first event on, and
// from then on the log tells; a replay goes by how it is now.
func TestSuspendedAuthors(t *testing.T) {
	db := openSQLite(t)
	n := startNodeFor(t, db, &testPeople{suspended: []store.UserID{"bad"}})
	db.OnCommit(n.reader.Wake)
	k := n.talk(t, "me")
	k.connect("localTimeline", "")
	before := last(k.expect("connected localTimeline  "))
	appendTo(t, db, noteBy("n1", "bad"), noteBy("n2", "ann"), suspension(t, "bad", false), noteBy("n3", "bad"),
		suspension(t, "ann", true), noteBy("n4", "ann"), noteBy("n5", "ben"))
	k.expect("channel localTimeline note n2", "channel localTimeline note n3", "channel localTimeline note n5")
	_ = k.Conn.Close()

	k = n.talk(t, "me")
	k.connect("localTimeline", before)
	k.expect("connected localTimeline  ", "channel localTimeline note n1", "channel localTimeline note n3", "channel localTimeline note n5")
}

// After a gap the log has not told who was suspended meanwhile: nothing is
// delivered before it was looked up.
func TestSuspendedAuthorsAfterAGap(t *testing.T) {
	db := openSQLite(t)
	people := &testPeople{}
	n := startNodeFor(t, db, people)
	know := func(err error, suspended ...store.UserID) {
		people.mu.Lock()
		defer people.mu.Unlock()
		people.suspended, people.suspendedErr = suspended, err
	}
	event := func(id int64, e store.NewEvent) store.Event {
		return store.Event{ID: id, Topic: e.Topic, Type: e.Type, Body: e.Body}
	}
	gap := feed.Batch{Gap: &feed.Gap{Reason: feed.GapPruned}, Events: []store.Event{event(1, noteBy("n1", "bad"))}}

	down := errors.New("the database is down")
	know(down)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := n.Handle(ctx, gap); !errors.Is(err, context.Canceled) {
		t.Errorf("without knowing who is suspended: %v", err)
	}
	if err := n.Begin(t.Context(), feed.Position{}); !errors.Is(err, down) {
		t.Errorf("beginning without knowing who is suspended: %v", err)
	}

	know(nil, "bad")
	if err := n.Handle(t.Context(), gap); err != nil {
		t.Fatal(err)
	}
	k := n.talk(t, "me")
	k.connect("localTimeline", nil)
	k.expect("connected localTimeline  ")
	if err := n.Handle(t.Context(), feed.Batch{Events: []store.Event{event(2, noteBy("n2", "bad")), event(3, noteBy("n3", "ann"))}}); err != nil {
		t.Fatal(err)
	}
	k.expect("channel localTimeline note n3")
}
