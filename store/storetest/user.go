package storetest

import (
	"context"
	"errors"
	"time"

	"notewire/store"
	"notewire/store/relational"
)

// newUserValue is a user that has not been written.
func (w *world) newUserValue(name string) *store.User {
	id, at := w.next()
	return &store.User{ID: store.UserID(id), Username: name, CreatedAt: at, Settings: store.DefaultUserSettings()}
}

func onHost(host string) func(*store.User) { return func(u *store.User) { u.Host = host } }

func testUsers(w *world) {
	ctx := w.Context()
	u := w.newUserValue("Alice")
	u.Name, u.AvatarURL, u.BannerID = "Alice in 木", "avatar-key", "banner"
	u.IsLocked, u.IsBot, u.IsCat, u.IsModerator = true, true, true, true
	u.UpdatedAt, u.LastActiveAt = w.now.Add(time.Hour), w.now.Add(time.Minute)
	u.ReadNotificationID = "n1"
	u.Settings.Fields = []store.ProfileField{{Name: "a", Value: "b"}}
	u.Settings.MutedInstances = []string{"bad.example"}
	u.Settings.IsExplorable = false
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateUser(ctx, u, "hash") })
	same(w, "the user", *w.reload(u), *u)
	same(w, "the password", ok(w.db.PasswordHash(ctx, u.ID))(w), "hash")

	same(w, "by name", ok(w.db.UserByName(ctx, "aLICE", ""))(w).ID, u.ID)
	remote := w.user("alice", onHost("example.com"))
	same(w, "by name and host", ok(w.db.UserByName(ctx, "Alice", "Example.com"))(w).ID, remote.ID)
	for _, missing := range []func() error{
		func() error { _, err := w.db.User(ctx, "nobody"); return err },
		func() error { _, err := w.db.UserByName(ctx, "bob", ""); return err },
		func() error { _, err := w.db.PasswordHash(ctx, "nobody"); return err },
	} {
		if err := missing(); !errors.Is(err, store.ErrNotFound) {
			w.Errorf("a missing user: %v, want ErrNotFound", err)
		}
	}
	users := ok(w.db.Users(ctx, []store.UserID{remote.ID, "nobody", u.ID, remote.ID}))(w)
	sameIDs(w, "users by ids", idsOf(users, func(u *store.User) store.UserID { return u.ID }), remote.ID, u.ID)

	listed := ok(w.db.UserList(ctx, store.Page{SinceID: "0", Limit: 10}))(w)
	sameIDs(w, "everybody", idsOf(listed, func(u *store.User) store.UserID { return u.ID }), u.ID, remote.ID)

	u.Name, u.IsSuspended, u.IsLocked, u.AvatarID, u.AvatarURL = "", true, false, "file", "key"
	u.Settings.Description = "new"
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		locked, err := tx.UserForUpdate(ctx, u.ID)
		if err != nil {
			return err
		}
		same(w, "the locked user", locked.Username, "Alice")
		return errors.Join(tx.UpdateUser(ctx, u), tx.SetPasswordHash(ctx, u.ID, "other"))
	})
	same(w, "the updated user", *w.reload(u), *u)
	same(w, "the new password", ok(w.db.PasswordHash(ctx, u.ID))(w), "other")
	w.wantErr(store.ErrNotFound, func(ctx context.Context, tx *relational.Tx) error {
		return tx.UpdateUser(ctx, &store.User{ID: "nobody"})
	})

	later := u.LastActiveAt.Add(time.Hour)
	for _, at := range []time.Time{later, u.LastActiveAt} { // never back
		if err := w.db.TouchUser(ctx, u.ID, at); err != nil {
			w.Fatal(err)
		}
	}
	same(w, "last active", w.reload(u).LastActiveAt, later)
	if err := w.db.Ping(ctx); err != nil {
		w.Error(err)
	}
}

func testFirstAccount(w *world) {
	remote := w.user("first", onHost("example.com"))
	if w.reload(remote).IsAdmin {
		w.Error("a remote user became administrator")
	}
	users := make([]*store.User, 8)
	for i := range users {
		users[i] = w.newUserValue("user" + string(rune('a'+i)))
	}
	for _, err := range w.atOnce(len(users), func(ctx context.Context, i int) error {
		return w.db.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error { return tx.CreateUser(ctx, users[i], "") })
	}) {
		w.Error(err)
	}
	admins := 0
	for _, u := range users {
		if got := w.reload(u); got.IsAdmin {
			admins++
		} else if got.IsAdmin != u.IsAdmin {
			w.Errorf("%s: the caller was told %v", u.Username, u.IsAdmin)
		}
	}
	same(w, "administrators", admins, 1)
}

func testStats(w *world) {
	same(w, "of nothing", ok(w.db.Stats(w.Context()))(w), store.Stats{})
	alice, bob := w.user("alice"), w.user("bob", onHost("a.example"))
	w.user("carol", onHost("a.example"))
	w.user("dan", onHost("b.example"))
	w.note(alice)
	w.note(bob)
	w.note(bob)
	w.file(alice, 1000)
	w.file(alice, 24)
	same(w, "stats", ok(w.db.Stats(w.Context()))(w),
		store.Stats{Users: 4, LocalUsers: 1, Notes: 3, LocalNotes: 1, Instances: 2, DriveUsage: 1024})
}

func testTokens(w *world) {
	ctx := w.Context()
	alice, bob := w.user("alice"), w.user("bob")
	token := func(u *store.User, hash byte, change func(*store.AccessToken)) *store.AccessToken {
		id, at := w.next()
		t := &store.AccessToken{ID: id, UserID: u.ID, Hash: store.TokenHash{hash, 0xff, 0}, CreatedAt: at}
		change(t)
		w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateToken(ctx, t) })
		return t
	}
	app := token(alice, 1, func(t *store.AccessToken) {
		t.Name, t.Description, t.IconURL, t.Session = "app", "does things", "https://icon", "session"
		t.Permissions, t.LastUsedAt = []string{"read:account", "write:notes"}, w.now
	})
	native := token(alice, 2, func(t *store.AccessToken) { t.Native = true })
	other := token(bob, 3, func(t *store.AccessToken) {})

	for _, t := range []*store.AccessToken{app, native, other} {
		same(w, "what a token opens", *ok(w.db.AccessByTokenHash(ctx, t.Hash))(w),
			store.Access{UserID: t.UserID, TokenID: t.ID, Native: t.Native, Permissions: t.Permissions})
		sameEntry(w, t.Hash)
	}
	if _, err := w.db.AccessByTokenHash(ctx, store.TokenHash{9}); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("access by an unknown hash: %v, want ErrNotFound", err)
	}
	if _, err := w.db.EntryByTokenHash(ctx, store.TokenHash{9}); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("entry by an unknown hash: %v, want ErrNotFound", err)
	}
	id := ok(w.db.IdentityByTokenHash(ctx, app.Hash))(w)
	same(w, "the token", *id.Token, *app)
	same(w, "its user", *id.User, *w.reload(alice))
	if _, err := w.db.IdentityByTokenHash(ctx, store.TokenHash{9}); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("an unknown hash: %v, want ErrNotFound", err)
	}
	same(w, "by session", ok(w.db.TokenBySession(ctx, "session"))(w).ID, app.ID)
	if _, err := w.db.TokenBySession(ctx, ""); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("no session: %v, want ErrNotFound", err)
	}
	tokenID := func(t *store.AccessToken) string { return t.ID }
	sameIDs(w, "tokens", idsOf(ok(w.db.Tokens(ctx, alice.ID))(w), tokenID), app.ID, native.ID)

	used := app.LastUsedAt.Add(time.Minute)
	for _, at := range []time.Time{used, app.LastUsedAt} { // never back
		if err := w.db.TouchToken(ctx, app.ID, at); err != nil {
			w.Fatal(err)
		}
	}
	same(w, "last used", ok(w.db.IdentityByTokenHash(ctx, app.Hash))(w).Token.LastUsedAt, used)

	w.wantErr(store.ErrConflict, func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateToken(ctx, &store.AccessToken{ID: "again", UserID: bob.ID, Hash: app.Hash})
	})
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		gone, err := tx.DeleteTokens(ctx, alice.ID, native.ID, other.ID, "unknown")
		sameIDs(w, "revoked", gone, native.ID)
		return err
	})
	sameIDs(w, "alice's tokens", idsOf(ok(w.db.Tokens(ctx, alice.ID))(w), tokenID), app.ID)
	sameIDs(w, "bob's tokens", idsOf(ok(w.db.Tokens(ctx, bob.ID))(w), tokenID), other.ID)
}

// A suspended account is told apart, and of a deleted one nothing is left.
func testAccessOfClosedAccounts(w *world) {
	ctx := w.Context()
	alice := w.user("alice")
	id, at := w.next()
	t := &store.AccessToken{ID: id, UserID: alice.ID, Hash: store.TokenHash{1}, CreatedAt: at, Native: true}
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateToken(ctx, t) })
	alice.IsSuspended = true
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.UpdateUser(ctx, alice) })
	same(w, "suspended", ok(w.db.AccessByTokenHash(ctx, t.Hash))(w).Suspended, true)
	sameEntry(w, t.Hash)
	alice.IsDeleted = true
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.UpdateUser(ctx, alice) })
	if _, err := w.db.AccessByTokenHash(ctx, t.Hash); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("deleted: %v, want ErrNotFound", err)
	}
	if _, err := w.db.EntryByTokenHash(ctx, t.Hash); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("deleted, with relations: %v, want ErrNotFound", err)
	}
}

// sameEntry compares the entry of a token with what its parts are by themselves.
func sameEntry(w *world, hash store.TokenHash) {
	w.Helper()
	e := ok(w.db.EntryByTokenHash(w.Context(), hash))(w)
	a := ok(w.db.AccessByTokenHash(w.Context(), hash))(w)
	same(w, "the entry's access", e.Access, *a)
	same(w, "the entry's relations", *e.Relations.Relations(), *ok(w.db.RelationLists(w.Context(), a.UserID))(w).Relations())
}
