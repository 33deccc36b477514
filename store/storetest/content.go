package storetest

import (
	"context"
	"errors"

	"notewire/store"
	"notewire/store/relational"
)

// file makes a drive file.
func (w *world) file(owner *store.User, size int64) *store.File {
	w.Helper()
	id, at := w.next()
	f := &store.File{ID: id, CreatedAt: at, UserID: owner.ID, Name: id + ".png", Type: "image/png", MD5: "md5", Size: size, Key: "key-" + id}
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateFile(ctx, f) })
	return f
}

func testFiles(w *world) {
	ctx := w.Context()
	alice, bob := w.user("alice"), w.user("bob")
	f := &store.File{
		ID: "f", CreatedAt: w.now, UserID: alice.ID, Name: "木.png", Type: "image/png", MD5: "other", Size: 5 << 30,
		IsSensitive: true, Comment: "c", FolderID: "folder", Width: 3, Height: 4, Blurhash: "b", Key: "k",
	}
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateFile(ctx, f) })
	same(w, "the file", *ok(w.db.File(ctx, "f"))(w), *f)
	same(w, "by key", ok(w.db.FileByKey(ctx, "k"))(w).ID, "f")
	same(w, "by content", ok(w.db.FileByMD5(ctx, alice.ID, "other"))(w).ID, "f")
	if _, err := w.db.FileByMD5(ctx, bob.ID, "other"); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("of somebody else: %v, want ErrNotFound", err)
	}
	first, second := w.file(bob, 10), w.file(bob, 20)
	same(w, "the oldest of that content", ok(w.db.FileByMD5(ctx, bob.ID, "md5"))(w).ID, first.ID)
	same(w, "usage", ok(w.db.DriveUsage(ctx, bob.ID))(w), 30)
	sameIDs(w, "by ids", idsOf(ok(w.db.Files(ctx, []string{second.ID, "none", "f"}))(w), func(f *store.File) string { return f.ID }), second.ID, "f")
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.MarkFileSensitive(ctx, first.ID) })
	same(w, "marked", ok(w.db.File(ctx, first.ID))(w).IsSensitive, true)
	w.wantErr(store.ErrNotFound, func(ctx context.Context, tx *relational.Tx) error { return tx.MarkFileSensitive(ctx, "none") })
	w.wantErr(store.ErrConflict, func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateFile(ctx, &store.File{ID: "g", UserID: alice.ID, Key: "k"})
	})
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		gone, err := tx.DeleteFile(ctx, "f")
		if err == nil {
			same(w, "deleted", gone.Key, "k")
		}
		return err
	})
	if _, err := w.db.File(ctx, "f"); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("a deleted file: %v, want ErrNotFound", err)
	}
}

// channel makes a community channel.
func (w *world) channel(owner *store.User) *store.CommunityChannel {
	w.Helper()
	id, at := w.next()
	c := &store.CommunityChannel{ID: id, CreatedAt: at, UserID: owner.ID, Name: "channel " + id, Color: "#86b300"}
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateCommunityChannel(ctx, c) })
	return c
}

func testCommunityChannels(w *world) {
	ctx := w.Context()
	alice := w.user("alice")
	c := w.channel(alice)
	same(w, "new", *ok(w.db.CommunityChannel(ctx, c.ID))(w), *c)
	c.Name, c.Description, c.BannerID, c.BannerURL, c.Color = "name", "description", "banner", "key", "#000"
	c.PinnedNoteIDs = []store.NoteID{"n"}
	c.IsArchived, c.IsSensitive, c.AllowRenoteToExtern = true, true, true
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.UpdateCommunityChannel(ctx, c) })
	same(w, "changed", *ok(w.db.CommunityChannel(ctx, c.ID))(w), *c)
	other := w.channel(alice)
	got := ok(w.db.CommunityChannels(ctx, []string{other.ID, "none", c.ID}))(w)
	sameIDs(w, "by ids", idsOf(got, func(c *store.CommunityChannel) string { return c.ID }), other.ID, c.ID)

	follow := func(channel string) func(ctx context.Context, tx *relational.Tx) error {
		id, at := w.next()
		return func(ctx context.Context, tx *relational.Tx) error {
			return tx.FollowChannel(ctx, &store.ChannelFollow{ID: id, CreatedAt: at, UserID: alice.ID, ChannelID: channel})
		}
	}
	unfollow := func(ctx context.Context, tx *relational.Tx) error { return tx.UnfollowChannel(ctx, alice.ID, c.ID) }
	same(w, "followed", ok(w.db.FollowsChannel(ctx, alice.ID, c.ID))(w), false)
	w.write(follow(c.ID))
	same(w, "followed", ok(w.db.FollowsChannel(ctx, alice.ID, c.ID))(w), true)
	w.wantErr(store.ErrConflict, follow(c.ID))
	w.wantErr(store.ErrNotFound, follow("none"))
	w.write(unfollow)
	w.wantErr(store.ErrNotFound, unfollow)
	same(w, "followed", ok(w.db.FollowsChannel(ctx, alice.ID, c.ID))(w), false)
	w.wantErr(store.ErrNotFound, func(ctx context.Context, tx *relational.Tx) error {
		return tx.UpdateCommunityChannel(ctx, &store.CommunityChannel{ID: "none"})
	})
}

func testEmojis(w *world) {
	ctx := w.Context()
	emoji := func(name, host, category string) *store.Emoji {
		id, at := w.next()
		e := &store.Emoji{ID: id, Name: name, Host: host, Category: category, URL: "/" + name, Aliases: []string{"a", "b"},
			License: "cc", IsSensitive: true, LocalOnly: true, UpdatedAt: at}
		w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateEmoji(ctx, e) })
		return e
	}
	z, a := emoji("z", "", "1"), emoji("a", "", "2")
	remote := emoji("a", "example.com", "")
	emojiID := func(e *store.Emoji) string { return e.ID }
	sameIDs(w, "local", idsOf(ok(w.db.Emojis(ctx, ""))(w), emojiID), z.ID, a.ID)
	sameIDs(w, "remote", idsOf(ok(w.db.Emojis(ctx, "example.com"))(w), emojiID), remote.ID)
	same(w, "by id", *ok(w.db.Emoji(ctx, a.ID))(w), *a)
	same(w, "by name", ok(w.db.EmojiByName(ctx, "a", "example.com"))(w).ID, remote.ID)
	sameIDs(w, "by names", idsOf(ok(w.db.EmojisByNames(ctx, []string{"a", "none", "z"}))(w), emojiID), a.ID, z.ID)
	if _, err := w.db.EmojiByName(ctx, "none", ""); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("a missing emoji: %v, want ErrNotFound", err)
	}
	w.wantErr(store.ErrConflict, func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateEmoji(ctx, &store.Emoji{ID: "again", Name: "a"})
	})
}
