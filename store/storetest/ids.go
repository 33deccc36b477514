package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"notewire/store"
	"notewire/store/relational"
)

// The kind of ids is fixed once, for all nodes, whoever comes first.
func testSettleIDs(t *testing.T, d Database) {
	nodes := []Node{d.Open(t), d.Open(t), d.Open(t), d.Open(t)}
	if err := nodes[0].Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	asked := []store.IDKind{store.AID, store.AIDX, store.AID, store.AIDX}
	got, errs := make([]store.IDKind, len(nodes)), make([]error, len(nodes))
	var wg sync.WaitGroup
	for i, n := range nodes {
		wg.Go(func() { got[i], errs[i] = n.DB.SettleIDs(t.Context(), asked[i]) })
	}
	wg.Wait()
	has, err := nodes[0].DB.SettleIDs(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for i := range nodes {
		if asked[i] == has && (errs[i] != nil || got[i] != has) || asked[i] != has && !errors.Is(errs[i], store.ErrOtherIDs) {
			t.Errorf("the database has %s; %s was asked for: %s, %v", has, asked[i], got[i], errs[i])
		}
	}
	if has, err := d.Open(t).DB.SettleIDs(t.Context(), has); err != nil {
		t.Errorf("asked for what it has: %s, %v", has, err)
	}
}

// A database without users may have any kind; one with users, from before kinds
// were told apart, has the one kind that there was.
func testSettleIDsByDefault(t *testing.T, d Database) {
	node := d.Open(t)
	if err := node.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, db: node.DB, ids: store.NewIDs(store.AIDX), now: time.UnixMilli(1_730_000_000_000)}
	w.user("alice")
	if _, err := node.DB.SettleIDs(t.Context(), store.AID); !errors.Is(err, store.ErrOtherIDs) {
		t.Errorf("another kind than that of the users: %v", err)
	}
	if has, err := node.DB.SettleIDs(t.Context(), ""); has != store.AIDX || err != nil {
		t.Errorf("by default: %s, %v", has, err)
	}
}

func testIDTaken(w *world) {
	alice, bob, carol := w.user("alice"), w.user("bob"), w.user("carol")
	first := w.follow(alice, bob, false)
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		other := &store.Follow{ID: first.ID, CreatedAt: first.CreatedAt, FollowerID: alice.ID, FolloweeID: carol.ID, Notify: "none"}
		if err := tx.CreateFollow(ctx, other); !errors.Is(err, store.ErrIDTaken) || errors.Is(err, store.ErrConflict) {
			w.Errorf("another follow with a taken id: %v, want ErrIDTaken", err)
		}
		again := *first
		again.ID, _ = w.next()
		if err := tx.CreateFollow(ctx, &again); !errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrIDTaken) {
			w.Errorf("the same follow again: %v, want ErrConflict", err)
		}
		other.ID, _ = w.next() // the transaction goes on
		return tx.CreateFollow(ctx, other)
	})
	same(w, "follows of alice", w.reload(alice).FollowingCount, 2)
}

// Several processes make short ids in the same milliseconds, for rows that they
// write at once: each row gets one of its own.
func testShortIDs(t *testing.T, d Database) {
	const processes, each, inMillis = 4, 150, 50
	first := d.Open(t)
	if err := first.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, db: first.DB, ids: store.NewIDs(store.AID), now: time.UnixMilli(1_730_000_000_000)}
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		ids   []string
		taken int
	)
	for p := range processes {
		author := w.user(fmt.Sprint("author", p))
		node, generator := d.Open(t), store.NewIDs(store.AID)
		wg.Go(func() {
			for i := range each {
				at := time.UnixMilli(1_750_000_000_000 + int64(i/inMillis))
				err := store.WithFreshIDs(t.Context(), func(ctx context.Context) error {
					n := w.newNote(author)
					n.ID, n.CreatedAt = store.NoteID(generator.New(at)), at
					err := node.DB.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error { return tx.CreateNote(ctx, n) })
					mu.Lock()
					defer mu.Unlock()
					if errors.Is(err, store.ErrIDTaken) {
						taken++
						at = at.Add(time.Second) // a second attempt is a later one
					} else {
						ids = append(ids, string(n.ID))
					}
					return err
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	slices.Sort(ids)
	if n := len(slices.Compact(slices.Clone(ids))); n != processes*each {
		t.Errorf("%d different ids for %d notes", n, processes*each)
	}
	var rows int
	if err := first.DB.Querier().QueryRow(t.Context(), "SELECT count(*) FROM note").Scan(&rows); err != nil || rows != processes*each {
		t.Errorf("%d rows of %d, %v", rows, processes*each, err)
	}
	if taken == 0 {
		t.Error("no id was made twice: nothing was shown")
	}
	t.Logf("%d ids were made twice", taken)
}

// Pages that are bounded by dates are the same with both kinds of ids.
func testDatesOfShortIDs(w *world) {
	w.ids = store.NewIDs(store.AID)
	alice := w.user("alice")
	var notes []*store.Note
	for range 6 {
		notes = append(notes, w.note(alice))
	}
	p := store.Page{Limit: 10}.Within(notes[1].CreatedAt, notes[4].CreatedAt)
	got := ok(w.db.UserNoteIDs(w.Context(), alice.ID, store.UserNotePage{NotePage: store.NotePage{Page: p}}))(w)
	sameIDs(w, "notes between two dates", got, notes[3].ID, notes[2].ID, notes[1].ID)
}
