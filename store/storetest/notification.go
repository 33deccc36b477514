package storetest

import (
	"context"

	"notewire/store"
	"notewire/store/relational"
)

func testNotifications(w *world) {
	ctx := w.Context()
	alice, bob := w.user("alice"), w.user("bob")
	n := w.note(bob)
	notify := func(typ store.NotificationType, change func(*store.Notification)) *store.Notification {
		id, at := w.next()
		no := &store.Notification{ID: id, CreatedAt: at, UserID: alice.ID, Type: typ}
		change(no)
		w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateNotification(ctx, no) })
		return no
	}
	read := func() bool {
		var changed bool
		w.write(func(ctx context.Context, tx *relational.Tx) (err error) {
			changed, err = tx.ReadNotifications(ctx, alice.ID)
			return err
		})
		return changed
	}
	same(w, "reading nothing", read(), false)

	follow := notify(store.NotifyFollow, func(no *store.Notification) { no.NotifierID = bob.ID })
	reaction := notify(store.NotifyReaction, func(no *store.Notification) {
		no.NotifierID, no.NoteID, no.Reaction = bob.ID, n.ID, "👍"
	})
	app := notify(store.NotifyApp, func(no *store.Notification) { no.Message, no.Header, no.Icon = "m", "h", "i" })
	id := func(no *store.Notification) string { return no.ID }
	got := ok(w.db.Notifications(ctx, alice.ID, all, nil))(w)
	sameIDs(w, "all", idsOf(got, id), app.ID, reaction.ID, follow.ID)
	same(w, "a reaction", *got[1], *reaction)
	same(w, "an app's", *got[0], *app)
	types := []store.NotificationType{store.NotifyFollow, store.NotifyApp}
	sameIDs(w, "some types", idsOf(ok(w.db.Notifications(ctx, alice.ID, all, types))(w), id), app.ID, follow.ID)
	sameIDs(w, "no types", idsOf(ok(w.db.Notifications(ctx, alice.ID, all, []store.NotificationType{}))(w), id))
	sameIDs(w, "a page", idsOf(ok(w.db.Notifications(ctx, alice.ID, store.Page{SinceID: follow.ID, Limit: 1}, nil))(w), id), reaction.ID)
	notified := func(note store.NoteID, typ store.NotificationType, users ...store.UserID) []store.UserID {
		return ok(w.db.Notified(ctx, note, typ, users))(w)
	}
	sameIDs(w, "notified", notified(n.ID, store.NotifyReaction, bob.ID, alice.ID), alice.ID)
	sameIDs(w, "notified of something else", notified(n.ID, store.NotifyPollEnded, alice.ID))
	sameIDs(w, "notified of another note", notified("none", store.NotifyReaction, alice.ID))
	sameIDs(w, "others notified", notified(n.ID, store.NotifyReaction, bob.ID))
	same(w, "bob's", len(ok(w.db.Notifications(ctx, bob.ID, all, nil))(w)), 0)

	same(w, "unread", ok(w.db.UnreadNotifications(ctx, alice.ID))(w),
		map[store.NotificationType]int{store.NotifyFollow: 1, store.NotifyReaction: 1, store.NotifyApp: 1})
	same(w, "reading", read(), true)
	same(w, "the mark", w.reload(alice).ReadNotificationID, app.ID)
	same(w, "unread", len(ok(w.db.UnreadNotifications(ctx, alice.ID))(w)), 0)
	same(w, "reading again", read(), false)
	for range 120 {
		notify(store.NotifyTest, func(*store.Notification) {})
	}
	same(w, "many unread", ok(w.db.UnreadNotifications(ctx, alice.ID))(w), map[store.NotificationType]int{store.NotifyTest: 100})

	w.write(func(ctx context.Context, tx *relational.Tx) error {
		gone, err := tx.DeleteNotifications(ctx, alice.ID, app.ID)
		same(w, "deleted below", gone, 2)
		return err
	})
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		gone, err := tx.DeleteNotifications(ctx, alice.ID, "")
		same(w, "deleted", gone, 121)
		return err
	})
	same(w, "left", len(ok(w.db.Notifications(ctx, alice.ID, all, nil))(w)), 0)

	w.wantErr(store.ErrNotFound, func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateNotification(ctx, &store.Notification{ID: "lost", UserID: alice.ID, Type: store.NotifyReply, NoteID: "none"})
	})
}
