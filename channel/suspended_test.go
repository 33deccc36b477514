package channel

import (
	"context"
	"testing"

	"notewire/protocol"
	"notewire/store"
)

// suspension makes the event of bad being suspended, or no longer.
func suspension(suspended bool) *RevocationEvent {
	return &RevocationEvent{Type: store.InternalSuspended, Revocation: &store.Revocation{UserID: "bad", Gone: suspended}}
}

// renoteOf makes a pure renote, quoteOf a quote, answerTo a reply.
func renoteOf(id store.NoteID, by store.UserID, of *store.NoteFacts) *store.NoteFacts {
	f := noteFactsBy(id, by)
	f.HasText, f.RenoteID, f.Renote = false, of.ID, of
	return f
}

func quoteOf(id store.NoteID, by store.UserID, of *store.NoteFacts) *store.NoteFacts {
	f := renoteOf(id, by, of)
	f.HasText = true
	return f
}

func answerTo(id store.NoteID, by store.UserID, to *store.NoteFacts) *store.NoteFacts {
	f := noteFactsBy(id, by)
	f.ReplyID, f.ReplyUserID, f.Reply = to.ID, to.UserID, to
	return f
}

// spamRound are notes of all sorts about bad, who may be suspended: those that
// show bad's words have ids that begin with b.
func spamRound() []Prepared {
	bad := func() *store.NoteFacts { return noteFactsBy("x", "bad") }
	return []Prepared{
		posted(noteFactsBy("b1", "bad")),
		posted(renoteOf("b2", "ann", bad())),
		posted(quoteOf("b3", "ann", bad())),
		posted(answerTo("b4", "ann", bad())),
		posted(renoteOf("b5", "bad", noteFactsBy("y", "ann"))),
		posted(renoteOf("b6", "ann", quoteOf("y", "ben", bad()))),
		posted(renoteOf("b7", "ann", answerTo("y", "ben", bad()))),
		posted(noteFactsBy("g1", "ann")),
		posted(renoteOf("g2", "ann", noteFactsBy("y", "ben"))),
		// Of the reply's own reply no words are shown.
		posted(answerTo("g3", "ann", &store.NoteFacts{ID: "y", HasText: true, ReplyID: "x",
			Audience: store.Audience{UserID: "ann", Visibility: store.Public, ReplyUserID: "bad"}})),
	}
}

var (
	everyNote = []string{"a note b1", "a note b2", "a note b3", "a note b4", "a note b5", "a note b6", "a note b7", "a note g1", "a note g2", "a note g3"}
	goodNotes = everyNote[7:]
)

// What shows the words of somebody who is suspended is not sent while they are,
// in the order of the log, to nobody.
func TestSuspendedAuthorsAreNotSent(t *testing.T) {
	r := newRig(t, Config{Shards: 2})
	r.loader.users["me"] = store.NewRelations("me")
	for _, u := range []store.UserID{"ann", "bad"} {
		r.loader.users["me"].Following[u] = true
	}
	me, mine := r.join("me")
	me.Connect(connect("homeTimeline", "a", ""))
	anybody, theirs := r.join("")
	anybody.Connect(connect("localTimeline", "a", ""))
	r.deliver(append(append([]Prepared{suspension(true)}, spamRound()...), suspension(false))...)
	r.flush()
	expect(t, "home while suspended", mine.brief(t), goodNotes...)
	expect(t, "local while suspended", theirs.brief(t), goodNotes...)
	r.deliver(spamRound()...)
	r.flush()
	expect(t, "home afterwards", mine.brief(t), everyNote...)
	expect(t, "local afterwards", theirs.brief(t), everyNote...)

	// Who was suspended before the hub began, and after a gap.
	r.hub.SetSuspended([]store.UserID{"bad", "x"})
	r.deliver(spamRound()...)
	r.flush()
	expect(t, "home of a hub that began later", mine.brief(t), goodNotes...)
	r.hub.SetSuspended(nil)
	r.deliver(spamRound()...)
	r.flush()
	expect(t, "home after a gap", mine.brief(t), everyNote...)
	// Ends that are none of the user's suspension.
	r.deliver(&RevocationEvent{Type: store.InternalDeleted, Revocation: &store.Revocation{UserID: "bad", Gone: true}})
	r.deliver(spamRound()...)
	r.flush()
	expect(t, "home of a deleted author", mine.brief(t), everyNote...)
}

// What a suspended user caused is not told on main; who follows is.
func TestSuspendedCausersAreNotHeard(t *testing.T) {
	r := newRig(t, Config{Shards: 1})
	m, s := r.join("me")
	m.Connect(connect("main", "a", ""))
	events := func() []Prepared {
		var out []Prepared
		for i, typ := range []string{store.MainMention, store.MainReply, store.MainRenote, store.MainNotification, store.MainUnreadNotification, store.MainFollowed} {
			id := string(rune('1' + i))
			e := NewTopicEvent(store.MainTopic("me"), typ, protocol.RawPayload([]byte(`{"id":"`+id+`"}`)))
			e.UserID, e.note.by = "me", byCauser
			if typ != store.MainFollowed {
				e.note.causer.UserID = "bad"
			}
			out = append(out, e)
		}
		return out
	}
	all := []string{"a mention 1", "a reply 2", "a renote 3", "a notification 4", "a unreadNotification 5", "a followed 6"}
	r.deliver(events()...)
	r.flush()
	expect(t, "before", s.brief(t), all...)
	r.deliver(append([]Prepared{suspension(true)}, events()...)...)
	r.flush()
	expect(t, "while suspended", s.brief(t), all[5:]...)
	r.deliver(append([]Prepared{suspension(false)}, events()...)...)
	r.flush()
	expect(t, "afterwards", s.brief(t), all...)
}

// A replay goes by who is suspended now, whatever was so when the event was
// written.
func TestReplayLeavesSuspendedAuthorsOut(t *testing.T) {
	for _, c := range []struct {
		what      string
		suspended bool
		want      []string
	}{{"suspended meanwhile", true, []string{"connected a", "a note n2"}}, {"suspended no longer", false, []string{"connected a", "a note n1", "a note n2"}}} {
		r := newRig(t, Config{Shards: 1})
		r.hub.Begin(positionOf(t, map[int64]bool{1: true, 2: true}))
		r.hub.SetSuspended([]store.UserID{"bad"})
		r.deliver(suspension(c.suspended))
		m, s := r.join("me")
		cur := m.ConnectWithCursor(protocol.Connect{Channel: "localTimeline", ID: "a", Pong: true}, ParseStart(positionOf(t, nil).Cursor()))
		p, open, _, err := m.Hold(context.Background(), []*Cursor{cur})
		if err != nil {
			t.Fatal(err)
		}
		finish(t, m, open, p, []Step{
			{Event: posted(noteFactsBy("n1", "bad")), ID: 1, To: open},
			{Event: posted(noteFactsBy("n2", "ann")), ID: 2, To: open},
		})
		expect(t, c.what, s.brief(t), c.want...)
	}
}
