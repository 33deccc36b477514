package storetest

import (
	"context"
	"errors"
	"slices"
	"time"

	"notewire/store"
	"notewire/store/relational"
)

// all is a page that holds everything a test makes.
var all = store.Page{Limit: 1000}

func testFollows(w *world) {
	ctx := w.Context()
	alice, bob, carol := w.user("alice"), w.user("bob"), w.user("carol")
	ab := w.follow(alice, bob, true)
	ac := w.follow(alice, carol, false)
	same(w, "the follow", *ok(w.db.Follow(ctx, alice.ID, bob.ID))(w), *ab)
	if _, err := w.db.Follow(ctx, bob.ID, alice.ID); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("the other way: %v, want ErrNotFound", err)
	}
	followID := func(f *store.Follow) string { return f.ID }
	sameIDs(w, "following", idsOf(ok(w.db.Following(ctx, alice.ID, all))(w), followID), ac.ID, ab.ID)
	sameIDs(w, "followers", idsOf(ok(w.db.Followers(ctx, bob.ID, all))(w), followID), ab.ID)

	w.wantErr(store.ErrConflict, func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateFollow(ctx, &store.Follow{ID: "again", FollowerID: alice.ID, FolloweeID: bob.ID})
	})
	w.wantErr(store.ErrNotFound, func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateFollow(ctx, &store.Follow{ID: "lost", FollowerID: alice.ID, FolloweeID: "nobody"})
	})
	same(w, "alice follows", w.reload(alice).FollowingCount, 2)
	same(w, "bob's followers", w.reload(bob).FollowersCount, 1)

	no, normal := false, "normal"
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		f, err := tx.UpdateFollow(ctx, alice.ID, bob.ID, &no, nil)
		if err != nil {
			return err
		}
		same(w, "withReplies alone", f.Notify, "none")
		f, err = tx.UpdateFollow(ctx, alice.ID, bob.ID, nil, &normal)
		if err == nil {
			same(w, "both", []any{f.WithReplies, f.Notify}, []any{false, "normal"})
		}
		return err
	})
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		f, err := tx.DeleteFollow(ctx, alice.ID, bob.ID)
		if err == nil {
			same(w, "what was deleted", f.ID, ab.ID)
		}
		return err
	})
	w.wantErr(store.ErrNotFound, func(ctx context.Context, tx *relational.Tx) error {
		_, err := tx.DeleteFollow(ctx, alice.ID, bob.ID)
		return err
	})
	same(w, "alice follows", w.reload(alice).FollowingCount, 1)
	same(w, "bob's followers", w.reload(bob).FollowersCount, 0)
}

// Everybody follows everybody at once: no count is lost, and transactions that
// touch the same users in opposite directions do not fail.
func testFollowsAtOnce(w *world) {
	users := make([]*store.User, 5)
	for i := range users {
		users[i] = w.user("user" + string(rune('a'+i)))
	}
	for _, err := range w.atOnce(len(users)*len(users), func(ctx context.Context, i int) error {
		from, to := users[i/len(users)], users[i%len(users)]
		if from == to {
			return nil
		}
		id, at := w.next()
		return w.db.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error {
			return tx.CreateFollow(ctx, &store.Follow{ID: id, CreatedAt: at, FollowerID: from.ID, FolloweeID: to.ID})
		})
	}) {
		w.Error(err)
	}
	for _, u := range users {
		u = w.reload(u)
		same(w, "counts of "+u.Username, []int{u.FollowingCount, u.FollowersCount}, []int{len(users) - 1, len(users) - 1})
	}
}

func testFollowRequests(w *world) {
	ctx := w.Context()
	alice, bob, carol := w.user("alice"), w.user("bob"), w.user("carol")
	same(w, "waiting", ok(w.db.HasFollowRequests(ctx, alice.ID))(w), false)
	var made []*store.FollowRequest
	for _, from := range []*store.User{bob, carol} {
		id, at := w.next()
		r := &store.FollowRequest{ID: id, CreatedAt: at, FollowerID: from.ID, FolloweeID: alice.ID, WithReplies: true}
		w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateFollowRequest(ctx, r) })
		made = append(made, r)
	}
	same(w, "waiting", ok(w.db.HasFollowRequests(ctx, alice.ID))(w), true)
	same(w, "bob's", *ok(w.db.FollowRequest(ctx, bob.ID, alice.ID))(w), *made[0])
	requestID := func(r *store.FollowRequest) string { return r.ID }
	sameIDs(w, "all", idsOf(ok(w.db.FollowRequests(ctx, alice.ID, all))(w), requestID), made[1].ID, made[0].ID)
	w.wantErr(store.ErrConflict, func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateFollowRequest(ctx, &store.FollowRequest{ID: "again", FollowerID: bob.ID, FolloweeID: alice.ID})
	})
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		r, err := tx.DeleteFollowRequest(ctx, bob.ID, alice.ID)
		if err == nil {
			same(w, "deleted", *r, *made[0])
		}
		return err
	})
	w.wantErr(store.ErrNotFound, func(ctx context.Context, tx *relational.Tx) error {
		_, err := tx.DeleteFollowRequest(ctx, bob.ID, alice.ID)
		return err
	})
}

// mute makes one user mute another.
func (w *world) mute(muter, mutee *store.User, expires time.Time) *store.Mute {
	w.Helper()
	id, at := w.next()
	m := &store.Mute{ID: id, CreatedAt: at, MuterID: muter.ID, MuteeID: mutee.ID, ExpiresAt: expires}
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateMute(ctx, m) })
	return m
}

func testMutes(w *world) {
	ctx := w.Context()
	alice, bob, carol := w.user("alice"), w.user("bob"), w.user("carol")
	m1, m2 := w.mute(alice, bob, time.Time{}), w.mute(alice, carol, w.now.Add(time.Hour))
	same(w, "for ever", *ok(w.db.Mute(ctx, alice.ID, bob.ID))(w), *m1)
	same(w, "for an hour", *ok(w.db.Mute(ctx, alice.ID, carol.ID))(w), *m2)
	muteID := func(m *store.Mute) string { return m.ID }
	sameIDs(w, "mutes", idsOf(ok(w.db.Mutes(ctx, alice.ID, all))(w), muteID), m2.ID, m1.ID)
	w.wantErr(store.ErrConflict, func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateMute(ctx, &store.Mute{ID: "again", CreatedAt: w.now, MuterID: alice.ID, MuteeID: bob.ID})
	})
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		m, err := tx.DeleteMute(ctx, alice.ID, bob.ID)
		if err == nil {
			same(w, "deleted", m.ID, m1.ID)
		}
		return err
	})
	w.wantErr(store.ErrNotFound, func(ctx context.Context, tx *relational.Tx) error {
		_, err := tx.DeleteMute(ctx, alice.ID, bob.ID)
		return err
	})
}

func testMutesExpire(w *world) {
	alice, bob, carol, dan := w.user("alice"), w.user("bob"), w.user("carol"), w.user("dan")
	past := w.now.Add(-time.Hour)
	same(w, "the next expiry of none", ok(w.db.NextMuteExpiry(w.Context()))(w).IsZero(), true)
	w.mute(alice, carol, time.Now().Add(time.Hour))
	w.mute(alice, bob, past)
	same(w, "the next expiry", ok(w.db.NextMuteExpiry(w.Context()))(w), past)
	w.mute(alice, dan, time.Time{})

	// An expired mute counts no longer, and makes way for a new one.
	rel := ok(w.db.RelationLists(w.Context(), alice.ID))(w)
	same(w, "muted now", len(rel.Muting), 2)
	again := w.mute(alice, bob, past)

	// However many sweepers ask, each mute is answered once.
	taken := make(chan string, 10)
	for _, err := range w.atOnce(4, func(ctx context.Context, _ int) error {
		return w.db.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error {
			mutes, err := tx.TakeExpiredMutes(ctx, w.now, 10)
			for _, m := range mutes {
				taken <- m.ID
			}
			return err
		})
	}) {
		w.Error(err)
	}
	close(taken)
	var got []string
	for id := range taken {
		got = append(got, id)
	}
	sameIDs(w, "taken", got, again.ID)
	same(w, "left", len(ok(w.db.Mutes(w.Context(), alice.ID, all))(w)), 2)
}

func testRenoteMutes(w *world) {
	alice, bob := w.user("alice"), w.user("bob")
	id, at := w.next()
	m := &store.RenoteMute{ID: id, CreatedAt: at, MuterID: alice.ID, MuteeID: bob.ID}
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateRenoteMute(ctx, m) })
	got := ok(w.db.RenoteMutes(w.Context(), alice.ID, all))(w)
	if len(got) != 1 {
		w.Fatalf("%d renote mutes, want 1", len(got))
	}
	same(w, "the renote mute", *got[0], *m)
	w.wantErr(store.ErrConflict, func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateRenoteMute(ctx, &store.RenoteMute{ID: "again", MuterID: alice.ID, MuteeID: bob.ID})
	})
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		_, err := tx.DeleteRenoteMute(ctx, alice.ID, bob.ID)
		return err
	})
	w.wantErr(store.ErrNotFound, func(ctx context.Context, tx *relational.Tx) error {
		_, err := tx.DeleteRenoteMute(ctx, alice.ID, bob.ID)
		return err
	})
}

// block makes one user block another.
func (w *world) block(blocker, blockee *store.User) *store.Block {
	w.Helper()
	id, at := w.next()
	b := &store.Block{ID: id, CreatedAt: at, BlockerID: blocker.ID, BlockeeID: blockee.ID}
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateBlock(ctx, b) })
	return b
}

func testBlocks(w *world) {
	ctx := w.Context()
	alice, bob := w.user("alice"), w.user("bob")
	b := w.block(alice, bob)
	same(w, "the block", *ok(w.db.Block(ctx, alice.ID, bob.ID))(w), *b)
	same(w, "all", len(ok(w.db.Blocks(ctx, alice.ID, all))(w)), 1)
	same(w, "of the other", len(ok(w.db.Blocks(ctx, bob.ID, all))(w)), 0)
	w.wantErr(store.ErrConflict, func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateBlock(ctx, &store.Block{ID: "again", BlockerID: alice.ID, BlockeeID: bob.ID})
	})
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		_, err := tx.DeleteBlock(ctx, alice.ID, bob.ID)
		return err
	})
	w.wantErr(store.ErrNotFound, func(ctx context.Context, tx *relational.Tx) error {
		_, err := tx.DeleteBlock(ctx, alice.ID, bob.ID)
		return err
	})
}

func testRelations(w *world) {
	ctx := w.Context()
	alice := w.user("alice", func(u *store.User) { u.Settings.MutedInstances = []string{"bad.example"} })
	bob, carol, dan, erin := w.user("bob"), w.user("carol"), w.user("dan"), w.user("erin")
	w.follow(alice, bob, true)
	w.follow(alice, carol, false)
	w.follow(dan, alice, false) // not alice's
	w.mute(alice, dan, time.Time{})
	w.block(erin, alice)
	w.block(alice, bob) // hides nothing from alice
	c := w.channel(bob)
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		id, at := w.next()
		return errors.Join(
			tx.CreateRenoteMute(ctx, &store.RenoteMute{ID: id, CreatedAt: at, MuterID: alice.ID, MuteeID: carol.ID}),
			tx.FollowChannel(ctx, &store.ChannelFollow{ID: id, CreatedAt: at, UserID: alice.ID, ChannelID: c.ID}))
	})
	want := store.NewRelations(alice.ID)
	want.Following[bob.ID], want.Following[carol.ID] = true, false
	want.Muting[dan.ID] = struct{}{}
	want.RenoteMuting[carol.ID] = struct{}{}
	want.BlockedBy[erin.ID] = struct{}{}
	want.MutedInstances["bad.example"] = struct{}{}
	want.FollowedChannels[c.ID] = struct{}{}
	same(w, "relations", *ok(w.db.RelationLists(ctx, alice.ID))(w).Relations(), *want)

	about := store.NewRelations(alice.ID)
	about.Following[bob.ID] = true
	about.BlockedBy[erin.ID] = struct{}{}
	about.MutedInstances["bad.example"], about.FollowedChannels[c.ID] = struct{}{}, struct{}{}
	same(w, "to some", *ok(w.db.RelationsTo(ctx, alice.ID, []store.UserID{bob.ID, erin.ID, erin.ID, "nobody", ""}))(w), *about)
	about = store.NewRelations(alice.ID)
	about.Following[carol.ID] = false
	about.RenoteMuting[carol.ID], about.Muting[dan.ID] = struct{}{}, struct{}{}
	about.MutedInstances["bad.example"], about.FollowedChannels[c.ID] = struct{}{}, struct{}{}
	same(w, "to others", *ok(w.db.RelationsTo(ctx, alice.ID, []store.UserID{carol.ID, dan.ID}))(w), *about)
	about = store.NewRelations(alice.ID)
	about.MutedInstances["bad.example"], about.FollowedChannels[c.ID] = struct{}{}, struct{}{}
	same(w, "to nobody", *ok(w.db.RelationsTo(ctx, alice.ID, nil))(w), *about)
	if _, err := w.db.RelationsTo(ctx, "nobody", nil); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("of nobody to nobody: %v, want ErrNotFound", err)
	}

	newcomer := w.user("new")
	same(w, "of a newcomer", *ok(w.db.RelationLists(ctx, newcomer.ID))(w).Relations(), *store.NewRelations(newcomer.ID))
	if _, err := w.db.RelationLists(ctx, "nobody"); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("of nobody: %v, want ErrNotFound", err)
	}
}

func testRelationsBetween(w *world) {
	me := w.user("me")
	names := []string{"followed", "follower", "blocked", "blocker", "muted", "expired", "renotes", "asked", "asking", "stranger"}
	u := map[string]*store.User{}
	var ids []store.UserID
	for _, n := range names {
		u[n] = w.user(n)
		ids = append(ids, u[n].ID)
	}
	f := w.follow(me, u["followed"], true)
	w.follow(u["follower"], me, false)
	w.block(me, u["blocked"])
	w.block(u["blocker"], me)
	w.mute(me, u["muted"], time.Time{})
	w.mute(me, u["expired"], w.now)
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		return errors.Join(
			tx.CreateRenoteMute(ctx, &store.RenoteMute{ID: "r", MuterID: me.ID, MuteeID: u["renotes"].ID}),
			tx.CreateFollowRequest(ctx, &store.FollowRequest{ID: "a", FollowerID: me.ID, FolloweeID: u["asked"].ID}),
			tx.CreateFollowRequest(ctx, &store.FollowRequest{ID: "b", FollowerID: u["asking"].ID, FolloweeID: me.ID}))
	})
	ids = append(ids, "nobody", ids[0])
	got := ok(w.db.RelationsBetween(w.Context(), me.ID, ids))(w)
	sameIDs(w, "order", idsOf(got, func(r *store.RelationBetween) store.UserID { return r.UserID }), ids...)

	want := map[string]func(*store.RelationBetween){
		"followed": func(r *store.RelationBetween) { r.IsFollowing, r.IsFollowingWithReplies = true, true },
		"follower": func(r *store.RelationBetween) { r.IsFollowed = true },
		"blocked":  func(r *store.RelationBetween) { r.IsBlocking = true },
		"blocker":  func(r *store.RelationBetween) { r.IsBlocked = true },
		"muted":    func(r *store.RelationBetween) { r.IsMuted = true },
		"renotes":  func(r *store.RelationBetween) { r.IsRenoteMuted = true },
		"asked":    func(r *store.RelationBetween) { r.HasPendingFromYou = true },
		"asking":   func(r *store.RelationBetween) { r.HasPendingToYou = true },
	}
	for i, n := range names {
		r := store.RelationBetween{UserID: ids[i]}
		if set := want[n]; set != nil {
			set(&r)
		}
		if n == "followed" {
			if got[i].Following == nil || got[i].Following.ID != f.ID {
				w.Errorf("the follow: %+v, want %+v", got[i].Following, f)
			}
			got[i].Following = nil
		}
		same(w, n, *got[i], r)
	}
	same(w, "nobody", *got[len(names)], store.RelationBetween{UserID: "nobody"})
}

func testLists(w *world) {
	ctx := w.Context()
	alice, bob, carol, dan := w.user("alice"), w.user("bob"), w.user("carol"), w.user("dan")
	id, at := w.next()
	l := &store.UserList{ID: id, CreatedAt: at, UserID: alice.ID, Name: "friends"}
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateList(ctx, l) })
	add := func(u *store.User, limit int) (added bool, err error) {
		id, at := w.next()
		err = w.db.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error {
			added, err = tx.CreateListMember(ctx, &store.ListMember{ID: id, CreatedAt: at, ListID: l.ID, UserID: u.ID, WithReplies: u == carol}, limit)
			return err
		})
		return added, err
	}
	same(w, "bob", ok(add(bob, 2))(w), true)
	same(w, "carol", ok(add(carol, 2))(w), true)
	same(w, "a third of two", ok(add(dan, 2))(w), false)
	if _, err := add(bob, 10); !errors.Is(err, store.ErrConflict) {
		w.Errorf("bob again: %v, want ErrConflict", err)
	}
	l.MemberIDs = []store.UserID{bob.ID, carol.ID}
	same(w, "the list", *ok(w.db.List(ctx, l.ID))(w), *l)
	lists := ok(w.db.Lists(ctx, alice.ID))(w)
	if len(lists) != 1 {
		w.Fatalf("%d lists, want 1", len(lists))
	}
	same(w, "alice's lists", *lists[0], *l)
	same(w, "bob's lists", len(ok(w.db.Lists(ctx, bob.ID))(w)), 0)

	w.write(func(ctx context.Context, tx *relational.Tx) error {
		l.Name, l.IsPublic = "foes", true
		return errors.Join(tx.UpdateList(ctx, l), tx.UpdateListMember(ctx, l.ID, bob.ID, true), tx.DeleteListMember(ctx, l.ID, carol.ID))
	})
	l.MemberIDs = []store.UserID{bob.ID}
	same(w, "the list", *ok(w.db.List(ctx, l.ID))(w), *l)
	members := ok(w.db.ListMembers(ctx, l.ID))(w)
	if !slices.EqualFunc(members, []store.UserID{bob.ID}, func(m *store.ListMember, id store.UserID) bool { return m.UserID == id && m.WithReplies }) {
		w.Errorf("members %+v, want bob with replies", members)
	}
	for _, missing := range []func(ctx context.Context, tx *relational.Tx) error{
		func(ctx context.Context, tx *relational.Tx) error { return tx.DeleteListMember(ctx, l.ID, carol.ID) },
		func(ctx context.Context, tx *relational.Tx) error {
			return tx.UpdateListMember(ctx, l.ID, carol.ID, true)
		},
		func(ctx context.Context, tx *relational.Tx) error { return tx.DeleteList(ctx, "none") },
		func(ctx context.Context, tx *relational.Tx) error {
			return tx.UpdateList(ctx, &store.UserList{ID: "none"})
		},
	} {
		w.wantErr(store.ErrNotFound, missing)
	}
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.DeleteList(ctx, l.ID) })
	if _, err := w.db.List(ctx, l.ID); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("a deleted list: %v, want ErrNotFound", err)
	}
}
