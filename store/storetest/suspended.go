package storetest

import (
	"context"

	"notewire/store"
	"notewire/store/relational"
)

// What a suspended user wrote leaves every list of notes, and what they caused
// every list of notifications, until they are suspended no more. By their ids
// the notes are found all the time.
func testSuspended(w *world) {
	ctx := w.Context()
	reader, bob, far := w.user("reader"), w.user("bob"), w.user("far", onHost("far.example"))
	w.follow(reader, bob, true)
	w.follow(reader, far, true)
	channel := w.channel(reader)
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		id, at := w.next()
		return tx.FollowChannel(ctx, &store.ChannelFollow{ID: id, CreatedAt: at, UserID: reader.ID, ChannelID: channel.ID})
	})
	list := &store.UserList{ID: "list", UserID: reader.ID, Name: "list"}
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		if err := tx.CreateList(ctx, list); err != nil {
			return err
		}
		for _, u := range []*store.User{bob, far} {
			id, at := w.next()
			if _, err := tx.CreateListMember(ctx, &store.ListMember{ID: id, CreatedAt: at, ListID: list.ID, UserID: u.ID}, 9); err != nil {
				return err
			}
		}
		return nil
	})
	mine := w.note(reader)
	about := func(n *store.Note) {
		n.Mentions, n.Tags = []store.UserID{reader.ID}, []string{"tag"}
	}
	kinds := func(by *store.User) []*store.Note {
		return []*store.Note{
			w.note(by, replyTo(mine), about), w.note(by, quoteOf(mine), about),
			w.note(by, about, func(n *store.Note) { n.ChannelID = channel.ID }),
		}
	}
	ofBob, ofFar := kinds(bob), kinds(far)
	notify := func(by store.UserID) *store.Notification {
		id, at := w.next()
		n := &store.Notification{ID: id, CreatedAt: at, UserID: reader.ID, Type: store.NotifyFollow, NotifierID: by}
		w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateNotification(ctx, n) })
		return n
	}
	fromBob, fromFar, fromNobody := notify(bob.ID), notify(far.ID), notify("")

	check := func(when string, suspended ...*store.User) {
		w.Helper()
		is := map[store.UserID]bool{}
		var ids []store.UserID
		for _, u := range suspended {
			is[u.ID] = true
			ids = append(ids, u.ID)
		}
		got := ok(w.db.SuspendedUserIDs(ctx))(w)
		same(w, when+": how many are suspended", len(got), len(ids))
		for _, id := range got {
			same(w, when+": suspended "+string(id), is[id], true)
		}
		lists := map[string]struct {
			read func(p store.NotePage) ([]store.NoteID, error)
			has  []*store.Note
		}{
			"home":     {func(p store.NotePage) ([]store.NoteID, error) { return w.db.HomeIDs(ctx, reader.ID, p) }, concat(mine, ofBob, ofFar)},
			"local":    {func(p store.NotePage) ([]store.NoteID, error) { return w.db.LocalIDs(ctx, p) }, concat(mine, ofBob[:2])},
			"hybrid":   {func(p store.NotePage) ([]store.NoteID, error) { return w.db.HybridIDs(ctx, reader.ID, p) }, concat(mine, ofBob, ofFar)},
			"global":   {func(p store.NotePage) ([]store.NoteID, error) { return w.db.GlobalIDs(ctx, p) }, concat(mine, ofBob[:2], ofFar[:2])},
			"list":     {func(p store.NotePage) ([]store.NoteID, error) { return w.db.ListNoteIDs(ctx, list.ID, p) }, concat(nil, ofBob[:2], ofFar[:2])},
			"channel":  {func(p store.NotePage) ([]store.NoteID, error) { return w.db.ChannelNoteIDs(ctx, channel.ID, p) }, concat(nil, ofBob[2:], ofFar[2:])},
			"tag":      {func(p store.NotePage) ([]store.NoteID, error) { return w.db.TagNoteIDs(ctx, "tag", p) }, concat(nil, ofBob, ofFar)},
			"replies":  {func(p store.NotePage) ([]store.NoteID, error) { return w.db.ReplyIDs(ctx, mine.ID, p) }, concat(nil, ofBob[:1], ofFar[:1])},
			"renotes":  {func(p store.NotePage) ([]store.NoteID, error) { return w.db.RenoteIDs(ctx, mine.ID, p) }, concat(nil, ofBob[1:2], ofFar[1:2])},
			"children": {func(p store.NotePage) ([]store.NoteID, error) { return w.db.ChildIDs(ctx, mine.ID, p) }, concat(nil, ofBob[:2], ofFar[:2])},
			"mentions": {func(p store.NotePage) ([]store.NoteID, error) {
				return w.db.MentionIDs(ctx, reader.ID, store.MentionPage{Page: p.Page})
			}, concat(nil, ofBob, ofFar)},
			"a user's": {func(p store.NotePage) ([]store.NoteID, error) {
				return w.db.UserNoteIDs(ctx, bob.ID, store.UserNotePage{NotePage: p, Viewer: reader.ID})
			}, ofBob},
		}
		for name, l := range lists {
			var want []*store.Note
			for _, n := range l.has {
				if !is[n.UserID] {
					want = append(want, n)
				}
			}
			w.timeline(when+": "+name, l.read, want...)
		}
		var told []string
		for _, n := range []*store.Notification{fromNobody, fromFar, fromBob} {
			if !is[n.NotifierID] {
				told = append(told, n.ID)
			}
		}
		notifications := ok(w.db.Notifications(ctx, reader.ID, all, nil))(w)
		sameIDs(w, when+": notifications", idsOf(notifications, func(n *store.Notification) string { return n.ID }), told...)
		unread := ok(w.db.UnreadNotifications(ctx, reader.ID))(w)
		same(w, when+": unread", unread[store.NotifyFollow], len(told))
		for _, n := range concat(mine, ofBob, ofFar) {
			same(w, when+": a note by its id", ok(w.db.NoteBundle(ctx, reader.ID, n.ID))(w).Facts().BySuspended, is[n.UserID])
		}
	}
	set := func(u *store.User, suspended bool) {
		u.IsSuspended = suspended
		w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.UpdateUser(ctx, u) })
	}
	check("nobody is suspended")
	set(bob, true)
	check("a local user is suspended", bob)
	set(far, true)
	check("both are suspended", bob, far)
	set(bob, false)
	check("a remote user is suspended", far)
	set(far, false)
	check("nobody is suspended any more")
}

// concat is a note, if there is one, and more notes.
func concat(first *store.Note, more ...[]*store.Note) []*store.Note {
	var out []*store.Note
	if first != nil {
		out = append(out, first)
	}
	for _, notes := range more {
		out = append(out, notes...)
	}
	return out
}
