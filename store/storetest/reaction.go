package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"notewire/store"
	"notewire/store/relational"
)

// react makes a user react to a note.
func (w *world) react(by *store.User, to *store.Note, reaction string) *store.Reaction {
	w.Helper()
	id, at := w.next()
	r := &store.Reaction{ID: id, CreatedAt: at, NoteID: to.ID, UserID: by.ID, Reaction: reaction}
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateReaction(ctx, r) })
	return r
}

func testReactions(w *world) {
	ctx := w.Context()
	alice, bob, carol := w.user("alice"), w.user("bob"), w.user("carol")
	n, other := w.note(alice), w.note(alice)
	ra, rb, rc := w.react(alice, n, "👍"), w.react(bob, n, "👍"), w.react(carol, n, ":blob@.:")
	w.react(alice, other, "🎉")

	same(w, "counts", w.reloadNote(n).Reactions, map[string]int{"👍": 2, ":blob@.:": 1})
	same(w, "one", *ok(w.db.Reaction(ctx, n.ID, bob.ID))(w), *rb)
	reactionID := func(r *store.Reaction) string { return r.ID }
	sameIDs(w, "all", idsOf(ok(w.db.Reactions(ctx, n.ID, "", all))(w), reactionID), rc.ID, rb.ID, ra.ID)
	sameIDs(w, "of one kind", idsOf(ok(w.db.Reactions(ctx, n.ID, "👍", store.Page{UntilID: rb.ID, Limit: 10}))(w), reactionID), ra.ID)
	same(w, "mine", ok(w.db.MyReactions(ctx, alice.ID, []store.NoteID{n.ID, other.ID, "none"}))(w), map[store.NoteID]string{n.ID: "👍", other.ID: "🎉"})

	w.wantErr(store.ErrConflict, func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateReaction(ctx, &store.Reaction{ID: "again", NoteID: n.ID, UserID: bob.ID, Reaction: "🎉"})
	})
	w.wantErr(store.ErrNotFound, func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateReaction(ctx, &store.Reaction{ID: "lost", NoteID: "none", UserID: bob.ID, Reaction: "🎉"})
	})
	for _, u := range []*store.User{bob, carol} {
		w.write(func(ctx context.Context, tx *relational.Tx) error {
			_, err := tx.DeleteReaction(ctx, n.ID, u.ID)
			return err
		})
	}
	w.wantErr(store.ErrNotFound, func(ctx context.Context, tx *relational.Tx) error {
		_, err := tx.DeleteReaction(ctx, n.ID, bob.ID)
		return err
	})
	same(w, "counts", w.reloadNote(n).Reactions, map[string]int{"👍": 1})
}

// Many react to one note at the same time, some twice, some taking it back: no
// count is lost and none is counted twice.
func testReactionsAtOnce(w *world) {
	n := w.note(w.user("author"))
	users := make([]*store.User, 12)
	for i := range users {
		users[i] = w.user(fmt.Sprintf("user%d", i))
	}
	kinds := []string{"👍", "🎉", "❤"}
	for _, err := range w.atOnce(2*len(users), func(ctx context.Context, i int) error {
		u, id := i%len(users), fmt.Sprintf("%016d", i)
		err := w.db.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error {
			return tx.CreateReaction(ctx, &store.Reaction{ID: id, NoteID: n.ID, UserID: users[u].ID, Reaction: kinds[u%3]})
		})
		if err == nil && u%4 == 0 {
			err = w.db.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error {
				_, err := tx.DeleteReaction(ctx, n.ID, users[u].ID)
				return err
			})
		}
		return err
	}) {
		if !errors.Is(err, store.ErrConflict) {
			w.Error(err)
		}
	}
	want := map[string]int{}
	for _, r := range ok(w.db.Reactions(w.Context(), n.ID, "", all))(w) {
		want[r.Reaction]++
	}
	if want["🎉"] == 0 {
		w.Error("nobody reacted")
	}
	same(w, "counts", w.reloadNote(n).Reactions, want)
}

func (w *world) vote(ctx context.Context, by *store.User, in *store.Note, choice int) error {
	id, at := w.next()
	return w.db.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateVote(ctx, &store.Vote{ID: id, CreatedAt: at, NoteID: in.ID, UserID: by.ID, Choice: choice})
	})
}

func testVotes(w *world) {
	ctx := w.Context()
	alice, bob := w.user("alice"), w.user("bob")
	poll := func(multiple bool) func(*store.Note) {
		return func(n *store.Note) {
			n.Poll = &store.Poll{Choices: []string{"a", "b", "c"}, Multiple: multiple}
		}
	}
	single, multiple, none := w.note(alice, poll(false)), w.note(alice, poll(true)), w.note(alice)
	for i, c := range []struct {
		by     *store.User
		in     *store.Note
		choice int
		want   error
	}{
		{alice, single, 1, nil},
		{alice, single, 1, store.ErrConflict},
		{alice, single, 2, store.ErrConflict},
		{bob, single, 1, nil},
		{alice, multiple, 2, nil},
		{alice, multiple, 0, nil},
		{alice, multiple, 2, store.ErrConflict},
		{alice, multiple, 3, store.ErrNotFound},
		{alice, multiple, -1, store.ErrNotFound},
		{alice, none, 0, store.ErrNotFound},
		{alice, &store.Note{ID: "none"}, 0, store.ErrNotFound},
	} {
		if err := w.vote(ctx, c.by, c.in, c.choice); !errors.Is(err, c.want) {
			w.Errorf("vote %d: %v, want %v", i, err, c.want)
		}
	}
	same(w, "single", w.reloadNote(single).Poll.Votes, []int{0, 2, 0})
	same(w, "multiple", w.reloadNote(multiple).Poll.Votes, []int{1, 0, 1})
	same(w, "mine", ok(w.db.MyVotes(ctx, alice.ID, []store.NoteID{single.ID, multiple.ID, none.ID}))(w),
		map[store.NoteID][]int{single.ID: {1}, multiple.ID: {2, 0}})
	first, second := min(alice.ID, bob.ID), max(alice.ID, bob.ID)
	sameIDs(w, "voters", ok(w.db.VoterIDs(ctx, single.ID, "", 0))(w), first, second)
	sameIDs(w, "the first voter", ok(w.db.VoterIDs(ctx, multiple.ID, "", 1))(w), alice.ID)
	sameIDs(w, "one voter", ok(w.db.VoterIDs(ctx, single.ID, "", 1))(w), first)
	sameIDs(w, "the next voter", ok(w.db.VoterIDs(ctx, single.ID, first, 1))(w), second)
	sameIDs(w, "no more voters", ok(w.db.VoterIDs(ctx, single.ID, second, 1))(w))
}

func testVotesAtOnce(w *world) {
	n := w.note(w.user("author"), func(n *store.Note) { n.Poll = &store.Poll{Choices: []string{"a", "b"}} })
	users := make([]*store.User, 8)
	for i := range users {
		users[i] = w.user(fmt.Sprintf("user%d", i))
	}
	// Everybody tries both choices; one of them counts.
	refused := w.atOnce(2*len(users), func(ctx context.Context, i int) error {
		return w.vote(ctx, users[i/2], n, i%2)
	})
	for _, err := range refused {
		if !errors.Is(err, store.ErrConflict) {
			w.Error(err)
		}
	}
	same(w, "refused", len(refused), len(users))
	votes := w.reloadNote(n).Poll.Votes
	same(w, "votes", votes[0]+votes[1], len(users))
}

// What users did with notes, all of it by one query.
func testParticipations(w *world) {
	ctx := w.Context()
	alice, bob, carol := w.user("alice"), w.user("bob"), w.user("carol")
	poll := func(n *store.Note) {
		n.Poll = &store.Poll{Choices: []string{"a", "b", "c"}, Multiple: true}
	}
	liked, both, other := w.note(alice), w.note(alice, poll), w.note(alice, poll)
	w.react(alice, liked, "👍")
	w.react(bob, liked, ":blob@.:")
	w.react(bob, both, "🎉")
	w.react(carol, other, "👍")
	for _, v := range []struct {
		by     *store.User
		in     *store.Note
		choice int
	}{{bob, both, 2}, {bob, both, 0}, {carol, both, 1}, {carol, other, 1}} {
		if err := w.vote(ctx, v.by, v.in, v.choice); err != nil {
			w.Fatal(err)
		}
	}
	type of = map[store.NoteID]store.Participation
	reacted, voted := []store.NoteID{liked.ID, both.ID, "none"}, []store.NoteID{both.ID}
	bobs := of{liked.ID: {Reaction: ":blob@.:"}, both.ID: {Reaction: "🎉", Votes: []int{0, 2}}}
	same(w, "of everybody", ok(w.db.Participations(ctx, reacted, voted, nil))(w), map[store.UserID]of{
		alice.ID: {liked.ID: {Reaction: "👍"}}, bob.ID: bobs, carol.ID: {both.ID: {Votes: []int{1}}},
	})
	same(w, "of one", ok(w.db.Participations(ctx, reacted, voted, []store.UserID{bob.ID, "nobody"}))(w), map[store.UserID]of{bob.ID: bobs})
	same(w, "without votes", ok(w.db.Participations(ctx, reacted, nil, []store.UserID{bob.ID, carol.ID}))(w),
		map[store.UserID]of{bob.ID: {liked.ID: {Reaction: ":blob@.:"}, both.ID: {Reaction: "🎉"}}})
	same(w, "without reactions", ok(w.db.Participations(ctx, nil, voted, []store.UserID{carol.ID}))(w),
		map[store.UserID]of{carol.ID: {both.ID: {Votes: []int{1}}}})
	same(w, "of nobody", len(ok(w.db.Participations(ctx, reacted, voted, []store.UserID{}))(w)), 0)
	same(w, "of no notes", len(ok(w.db.Participations(ctx, nil, nil, nil))(w)), 0)
}

func testPollsEndOnce(w *world) {
	alice := w.user("alice")
	now := w.now.Add(24 * time.Hour)
	poll := func(expires time.Time) *store.Note {
		return w.note(alice, func(n *store.Note) {
			n.Poll = &store.Poll{Choices: []string{"a", "b"}, ExpiresAt: expires}
		})
	}
	var want []store.NoteID
	for i := range 6 {
		want = append(want, poll(now.Add(-time.Duration(i)*time.Second)).ID)
	}
	later := now.Add(time.Second)
	last := poll(later)
	poll(time.Time{})
	next := func(except []store.NoteID, id store.NoteID, at time.Time) {
		w.Helper()
		gotID, gotAt, err := w.db.NextPollEnd(w.Context(), except)
		if err != nil || gotID != id || !gotAt.Equal(at) {
			w.Errorf("the next end is %q at %v, %v, want %q at %v", gotID, gotAt, err, id, at)
		}
	}
	next(nil, want[5], now.Add(-5*time.Second))
	next([]store.NoteID{want[5], want[3]}, want[4], now.Add(-4*time.Second))

	// Whoever has the lock and finds that it was not told tells; nobody else does.
	taken := make(chan store.NoteID, 100)
	for _, err := range w.atOnce(8, func(ctx context.Context, i int) error {
		for n := range want {
			id, mine := want[(n+i)%len(want)], false
			if err := w.db.InTx(ctx, func(ctx context.Context, tx *relational.Tx) (err error) {
				if mine, err = tx.LockPollEnd(ctx, id); err != nil || !mine {
					return err
				}
				return tx.EndPoll(ctx, id)
			}); err != nil {
				return err
			}
			if mine {
				taken <- id
			}
		}
		return nil
	}) {
		w.Error(err)
	}
	close(taken)
	var got []store.NoteID
	for id := range taken {
		got = append(got, id)
	}
	slices.Sort(got)
	slices.Sort(want)
	sameIDs(w, "ended", got, want...)
	next(nil, last.ID, later)
	next([]store.NoteID{last.ID}, "", time.Time{})
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		if mine, err := tx.LockPollEnd(ctx, "none"); err != nil || mine {
			w.Errorf("no poll: %v, %v", mine, err)
		}
		if err := tx.EndPoll(ctx, "none"); !errors.Is(err, store.ErrNotFound) {
			w.Errorf("ending no poll: %v", err)
		}
		return nil
	})
}
