package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"notewire/store"
	"notewire/store/coalesce"
	"notewire/store/relational"
)

// peopleWithTokens makes people with a token each, all of whom stand in other
// relations.
func (w *world) peopleWithTokens(n int) (people []*store.User, tokens []*store.AccessToken) {
	w.Helper()
	for i := range n {
		u := w.user(fmt.Sprint("user", i), func(u *store.User) {
			if i%3 == 0 {
				u.Settings.MutedInstances = []string{fmt.Sprint("host", i)}
			}
		})
		id, at := w.next()
		t := &store.AccessToken{ID: id, UserID: u.ID, Hash: store.HashToken(id), CreatedAt: at, Native: i%2 == 0}
		if !t.Native {
			t.Permissions = []string{fmt.Sprint("permission", i)}
		}
		w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateToken(ctx, t) })
		people, tokens = append(people, u), append(tokens, t)
	}
	for i, u := range people {
		w.follow(u, people[(i+1)%n], i%2 == 0)
		w.follow(u, people[(i+2)%n], false)
		w.mute(u, people[(i+3)%n], time.Time{})
		w.block(people[(i+4)%n], u)
	}
	return people, tokens
}

// Reading several at once answers what reading each does.
func testManyAtOnce(w *world) {
	ctx := w.Context()
	people, tokens := w.peopleWithTokens(7)
	var ids []store.UserID
	var hashes []store.TokenHash
	for i, u := range people[1:] {
		ids, hashes = append(ids, u.ID), append(hashes, tokens[i+1].Hash)
	}
	lists := map[store.UserID]*store.RelationLists{}
	if err := w.db.RelationListsOf(ctx, append(ids, "nobody", ""), func(id store.UserID, l *store.RelationLists, err error) {
		if err != nil || lists[id] != nil {
			w.Errorf("%s: %v, %v", id, lists[id], err)
		}
		lists[id] = l
	}); err != nil {
		w.Fatal(err)
	}
	accesses := map[store.TokenHash]*store.Access{}
	if err := w.db.AccessesByTokenHash(ctx, append(hashes, store.TokenHash{}), func(h store.TokenHash, a *store.Access, err error) {
		if err != nil || accesses[h] != nil {
			w.Errorf("%x: %v, %v", h, accesses[h], err)
		}
		accesses[h] = a
	}); err != nil {
		w.Fatal(err)
	}
	entries := map[store.TokenHash]*store.Entry{}
	if err := w.db.EntriesByTokenHash(ctx, append(hashes, store.TokenHash{}), func(h store.TokenHash, e *store.Entry, err error) {
		if err != nil || entries[h] != nil {
			w.Errorf("%x: %v, %v", h, entries[h], err)
		}
		entries[h] = e
	}); err != nil {
		w.Fatal(err)
	}
	same(w, "how many", []int{len(lists), len(accesses), len(entries)}, []int{len(ids), len(hashes), len(hashes)})
	for i := range ids {
		same(w, "relations", *lists[ids[i]].Relations(), *ok(w.db.RelationLists(ctx, ids[i]))(w).Relations())
		same(w, "access", accesses[hashes[i]], ok(w.db.AccessByTokenHash(ctx, hashes[i]))(w))
		same(w, "the entry's access", entries[hashes[i]].Access, *accesses[hashes[i]])
		same(w, "the entry's relations", *entries[hashes[i]].Relations.Relations(), *lists[ids[i]].Relations())
		sameEntry(w, hashes[i])
	}
	for _, err := range []error{
		w.db.RelationListsOf(ctx, nil, func(id store.UserID, _ *store.RelationLists, _ error) { w.Errorf("found %s", id) }),
		w.db.AccessesByTokenHash(ctx, nil, func(_ store.TokenHash, a *store.Access, _ error) { w.Errorf("found %+v", a) }),
		w.db.EntriesByTokenHash(ctx, nil, func(_ store.TokenHash, e *store.Entry, _ error) { w.Errorf("found %+v", e) }),
	} {
		if err != nil {
			w.Errorf("of none: %v", err)
		}
	}
}

// What is wrong with one row is told of that one.
func testManyWithABadOne(w *world) {
	good := w.user("good")
	bad := w.user("bad")
	forged := w.user("forged", func(u *store.User) { u.ID = "a\x1fb" })
	w.mute(bad, forged, time.Time{})
	told := map[store.UserID]bool{}
	if err := w.db.RelationListsOf(w.Context(), []store.UserID{bad.ID, good.ID}, func(id store.UserID, _ *store.RelationLists, err error) {
		told[id] = err == nil
	}); err != nil {
		w.Fatal(err)
	}
	same(w, "whose could be read", told, map[store.UserID]bool{good.ID: true, bad.ID: false})
}

// Many connect at once, some with tokens that nobody has: nobody is taken for
// somebody else, and a token that was revoked before is not found.
func testManyConnects(w *world) {
	people, tokens := w.peopleWithTokens(12)
	accesses := coalesce.New(coalesce.Config[store.TokenHash, *store.Access]{
		One: w.db.AccessByTokenHash, Many: w.db.AccessesByTokenHash, MaxKeys: 5,
	})
	relations := coalesce.New(coalesce.Config[store.UserID, *store.RelationLists]{
		One: w.db.RelationLists, Many: w.db.RelationListsOf, MaxKeys: 5,
	})
	entries := coalesce.New(coalesce.Config[store.TokenHash, *store.Entry]{
		One: w.db.EntryByTokenHash, Many: w.db.EntriesByTokenHash, MaxKeys: 5,
	})
	connect := func(ctx context.Context, i int) error {
		who, err := accesses.Get(ctx, tokens[i].Hash)
		if err != nil {
			return err
		}
		if who.UserID != people[i].ID || who.TokenID != tokens[i].ID || who.Native != (i%2 == 0) {
			return fmt.Errorf("%s was taken for %+v", people[i].ID, *who)
		}
		l, err := relations.Get(ctx, who.UserID)
		if err != nil {
			return err
		}
		e, err := entries.Get(ctx, tokens[i].Hash)
		if err != nil {
			return err
		}
		if e.TokenID != who.TokenID || e.Relations.UserID != who.UserID || len(e.Relations.Following) != len(l.Following) {
			return fmt.Errorf("%s was let in as %+v", people[i].ID, *e)
		}
		r, follows := l.Relations(), people[(i+1)%len(people)].ID
		withReplies, ok := r.Following[follows]
		if l.UserID != who.UserID || len(r.Following) != 2 || !ok || withReplies != (i%2 == 0) || len(r.MutedInstances) == 0 != (i%3 != 0) {
			return fmt.Errorf("%s was given the relations of %s: %+v", who.UserID, l.UserID, r)
		}
		return nil
	}
	revoked := len(people) - 1
	for _, err := range w.atOnce(60, func(ctx context.Context, n int) error {
		for range 20 {
			switch i := rand.IntN(revoked + 5); {
			case n == 0:
				return w.revoke(ctx, accesses, tokens[revoked])
			case i < revoked:
				if err := connect(ctx, i); err != nil {
					return err
				}
			default:
				if who, err := accesses.Get(ctx, store.TokenHash{byte(i), byte(n)}); !errors.Is(err, store.ErrNotFound) {
					return fmt.Errorf("an unknown token is %+v's, %w", who, err)
				}
			}
		}
		return nil
	}) {
		w.Error(err)
	}
}

// revoke deletes a token while others are looked up, and looks it up.
func (w *world) revoke(ctx context.Context, accesses *coalesce.Group[store.TokenHash, *store.Access], t *store.AccessToken) error {
	if who, err := accesses.Get(ctx, t.Hash); err != nil || who.TokenID != t.ID {
		return fmt.Errorf("before it is revoked: %+v, %w", who, err)
	}
	if err := w.db.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error {
		_, err := tx.DeleteTokens(ctx, t.UserID, t.ID)
		return err
	}); err != nil {
		return err
	}
	if who, err := accesses.Get(ctx, t.Hash); !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("after it was revoked: %+v, %w", who, err)
	}
	return nil
}
