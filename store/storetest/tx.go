package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"notewire/store"
	"notewire/store/relational"
)

// errMade is the error of a transaction that is meant to fail.
var errMade = errors.New("made by the test")

func topic(s string) store.NewEvent { return store.NewEvent{Topic: s, Type: "t"} }

func testRollBack(w *world) {
	u := w.newUserValue("alice")
	w.wantErr(errMade, func(ctx context.Context, tx *relational.Tx) error {
		if err := tx.CreateUser(ctx, u, ""); err != nil {
			return err
		}
		return errMade
	})
	if _, err := w.db.User(w.Context(), u.ID); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("after an error: %v, want ErrNotFound", err)
	}

	func() {
		defer func() {
			if r := recover(); r != "boom" {
				w.Errorf("recovered %v, want the panic of the transaction", r)
			}
		}()
		_ = w.db.InTx(w.Context(), func(ctx context.Context, tx *relational.Tx) error {
			if err := tx.CreateUser(ctx, u, ""); err != nil {
				return err
			}
			panic("boom")
		})
	}()
	if _, err := w.db.User(w.Context(), u.ID); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("after a panic: %v, want ErrNotFound", err)
	}
	// Nothing is held: the same write succeeds.
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateUser(ctx, u, "") })
}

func testConflictLeavesTransaction(w *world) {
	alice := w.user("alice")
	bob := w.newUserValue("bob")
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		again := w.newUserValue("ALICE")
		if err := tx.CreateUser(ctx, again, ""); !errors.Is(err, store.ErrConflict) {
			w.Errorf("a second alice: %v, want ErrConflict", err)
		}
		// What was written is visible inside, and the transaction goes on.
		if _, err := tx.User(ctx, alice.ID); err != nil {
			return err
		}
		return tx.CreateUser(ctx, bob, "")
	})
	w.reload(bob)
}

func testEvents(w *world) {
	var many []store.NewEvent
	for i := range 250 { // more than one statement takes
		many = append(many, topic(fmt.Sprintf("many:%d", i)))
	}
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		return errors.Join(tx.AppendEvents(ctx, topic("first"), topic("second")), tx.AppendEvents(ctx, many...))
	})
	want := []string{"first", "second"}
	for _, e := range many {
		want = append(want, e.Topic)
	}
	sameIDs(w, "the log", w.events(), want...)

	w.write(func(ctx context.Context, tx *relational.Tx) error {
		return tx.AppendEvents(ctx, store.NewEvent{Topic: "notesStream", Type: "note", Body: []byte(`{"id":"x","text":"é\n"}`), Facts: []byte(`{"id":"x"}`)})
	})
	var typ, body, facts string
	row := w.db.Querier().QueryRow(w.Context(), "SELECT type, body, facts FROM event WHERE topic = 'notesStream'")
	if err := row.Scan(&typ, &body, &facts); err != nil {
		w.Fatal(err)
	}
	same(w, "the event", typ+body+facts, `note{"id":"x","text":"é\n"}{"id":"x"}`)

	var nulls int
	row = w.db.Querier().QueryRow(w.Context(), "SELECT count(*) FROM event WHERE topic = 'first' AND body = 'null' AND facts IS NULL AND at > 0")
	if err := row.Scan(&nulls); err != nil {
		w.Fatal(err)
	}
	same(w, "events without body", nulls, 1)
}

func testEventsRolledBack(w *world) {
	w.wantErr(errMade, func(ctx context.Context, tx *relational.Tx) error {
		if err := tx.AppendEvents(ctx, topic("never")); err != nil {
			return err
		}
		return errMade
	})
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.AppendEvents(ctx, topic("once")) })
	sameIDs(w, "the log", w.events(), "once")
}

func testEventsRefused(w *world) {
	for _, e := range []store.NewEvent{
		{Type: "t"},
		{Topic: "t"},
		{Topic: "t", Type: "t", Body: []byte("{")},
		{Topic: "t", Type: "t", Facts: []byte("nope")},
	} {
		err := w.db.InTx(w.Context(), func(ctx context.Context, tx *relational.Tx) error { return tx.AppendEvents(ctx, e) })
		if err == nil {
			w.Errorf("%+v was appended", e)
		}
	}
	sameIDs(w, "the log", w.events())
}

func testWakes(w *world) {
	var wakes atomic.Int64
	w.db.OnCommit(func() {
		// The commit has happened: whoever is woken sees the event.
		if len(w.events()) == 0 {
			w.Error("woken before the commit")
		}
		wakes.Add(1)
	})
	append1 := func(ctx context.Context, tx *relational.Tx) error { return tx.AppendEvents(ctx, topic("a")) }

	w.user("alice")
	same(w, "wakes without an event", wakes.Load(), 0)
	w.wantErr(errMade, func(ctx context.Context, tx *relational.Tx) error { return errors.Join(append1(ctx, tx), errMade) })
	same(w, "wakes after a rollback", wakes.Load(), 0)
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		return errors.Join(append1(ctx, tx), append1(ctx, tx))
	})
	same(w, "wakes after a commit", wakes.Load(), 1)
}
