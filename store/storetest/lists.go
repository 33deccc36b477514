package storetest

import (
	"context"

	"notewire/store"
	"notewire/store/relational"
)

func testChannelLists(w *world) {
	ctx := w.Context()
	alice, bob := w.user("alice"), w.user("bob")
	a1, a2, b1 := w.channel(alice), w.channel(alice), w.channel(bob)
	// Followed in another order than that in which they were made.
	var follows []string
	for _, c := range []*store.CommunityChannel{b1, a1} {
		id, at := w.next()
		follows = append(follows, id)
		w.write(func(ctx context.Context, tx *relational.Tx) error {
			return tx.FollowChannel(ctx, &store.ChannelFollow{ID: id, CreatedAt: at, UserID: alice.ID, ChannelID: c.ID})
		})
	}
	channelID := func(c *store.CommunityChannel) string { return c.ID }
	sameIDs(w, "owned", idsOf(ok(w.db.OwnedChannels(ctx, alice.ID, all))(w), channelID), a2.ID, a1.ID)
	sameIDs(w, "owned, from below", idsOf(ok(w.db.OwnedChannels(ctx, alice.ID, store.Page{SinceID: "0", Limit: 1}))(w), channelID), a1.ID)
	followed := ok(w.db.FollowedChannels(ctx, alice.ID, all))(w)
	sameIDs(w, "followed", idsOf(followed, channelID), a1.ID, b1.ID)
	same(w, "one of them", *followed[0], *a1)
	sameIDs(w, "followed before", idsOf(ok(w.db.FollowedChannels(ctx, alice.ID, store.Page{UntilID: follows[1], Limit: 10}))(w), channelID), b1.ID)
	same(w, "followed by bob", len(ok(w.db.FollowedChannels(ctx, bob.ID, all))(w)), 0)
}

func testDriveFiles(w *world) {
	ctx := w.Context()
	alice, bob := w.user("alice"), w.user("bob")
	file := func(name, typ string, size int64) string {
		id, at := w.next()
		f := &store.File{ID: id, CreatedAt: at, UserID: alice.ID, Name: name, Type: typ, Size: size, Key: id}
		w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateFile(ctx, f) })
		return id
	}
	w.file(bob, 1)
	c, a, b := file("c", "image/png", 2), file("a", "image/gif", 3), file("b", "imagex/png", 2)
	for _, t := range []struct {
		what string
		page store.FilePage
		want []string
	}{
		{"all", store.FilePage{Page: all}, []string{b, a, c}},
		{"since", store.FilePage{Page: store.Page{SinceID: c, Limit: 10}}, []string{a, b}},
		{"of a type", store.FilePage{Page: all, Type: "image/png"}, []string{c}},
		{"of a family", store.FilePage{Page: all, Type: "image/*"}, []string{a, c}},
		{"of no type", store.FilePage{Page: all, Type: "%/%"}, nil},
		{"by name", store.FilePage{Page: all, Order: store.FilesByName, Rising: true}, []string{a, b, c}},
		{"by name, downwards", store.FilePage{Page: all, Order: store.FilesByName}, []string{c, b, a}},
		{"by size", store.FilePage{Page: all, Order: store.FilesBySize, Rising: true}, []string{c, b, a}},
		{"by age", store.FilePage{Page: all, Order: store.FilesByAge, Rising: true}, []string{c, a, b}},
		{"by name, within", store.FilePage{Page: store.Page{SinceID: c, UntilID: b, Limit: 10}, Order: store.FilesByName}, []string{a}},
		{"by name, the first", store.FilePage{Page: store.Page{Limit: 1}, Order: store.FilesByName, Rising: true}, []string{a}},
	} {
		sameIDs(w, t.what, idsOf(ok(w.db.DriveFiles(ctx, alice.ID, t.page))(w), func(f *store.File) string { return f.ID }), t.want...)
	}
}
