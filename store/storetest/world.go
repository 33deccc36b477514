package storetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"notewire/store"
	"notewire/store/relational"
)

// world is a migrated database and the means to fill it.
type world struct {
	*testing.T
	db  *relational.DB
	ids *store.IDs

	mu  sync.Mutex
	now time.Time // the next instant; each thing made is a millisecond later
}

func newWorld(t *testing.T, d Database) *world {
	t.Helper()
	node := d.Open(t)
	if err := node.Migrate(t.Context()); err != nil {
		t.Fatalf("migrating: %v", err)
	}
	return &world{T: t, db: node.DB, ids: store.NewIDs(store.AIDX), now: time.UnixMilli(1_730_000_000_000).UTC()}
}

// next is a fresh id and its instant.
func (w *world) next() (string, time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(time.Millisecond)
	return w.ids.New(w.now), w.now
}

// write runs do in a transaction and fails the test if that fails.
func (w *world) write(do func(ctx context.Context, tx *relational.Tx) error) {
	w.Helper()
	if err := w.db.InTx(w.Context(), do); err != nil {
		w.Fatal(err)
	}
}

// wantErr runs do in a transaction and fails the test unless that fails with
// the sentinel.
func (w *world) wantErr(want error, do func(ctx context.Context, tx *relational.Tx) error) {
	w.Helper()
	if err := w.db.InTx(w.Context(), do); !errors.Is(err, want) {
		w.Errorf("error %v, want %v", err, want)
	}
}

// user makes a user.
func (w *world) user(name string, change ...func(*store.User)) *store.User {
	w.Helper()
	id, at := w.next()
	u := &store.User{ID: store.UserID(id), Username: name, CreatedAt: at, Settings: store.DefaultUserSettings()}
	for _, c := range change {
		c(u)
	}
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateUser(ctx, u, "") })
	return u
}

// newNote is a public note that has not been written.
func (w *world) newNote(by *store.User, change ...func(*store.Note)) *store.Note {
	id, at := w.next()
	text := "note " + id
	n := &store.Note{
		ID: store.NoteID(id), CreatedAt: at, UserID: by.ID, UserHost: by.Host, Text: &text,
		Visibility: store.Public, ThreadID: store.NoteID(id),
	}
	for _, c := range change {
		c(n)
	}
	return n
}

// note makes a public note.
func (w *world) note(by *store.User, change ...func(*store.Note)) *store.Note {
	w.Helper()
	n := w.newNote(by, change...)
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateNote(ctx, n) })
	return n
}

func replyTo(to *store.Note) func(*store.Note) {
	return func(n *store.Note) { n.ReplyID, n.ReplyUserID, n.ThreadID = to.ID, to.UserID, to.ThreadID }
}

func quoteOf(of *store.Note) func(*store.Note) {
	return func(n *store.Note) { n.RenoteID, n.RenoteUserID = of.ID, of.UserID }
}

func renoteOf(of *store.Note) func(*store.Note) {
	return func(n *store.Note) { n.RenoteID, n.RenoteUserID, n.Text = of.ID, of.UserID, nil }
}

func visible(v store.Visibility) func(*store.Note) {
	return func(n *store.Note) { n.Visibility = v }
}

// follow makes one user follow another.
func (w *world) follow(follower, followee *store.User, withReplies bool) *store.Follow {
	w.Helper()
	id, at := w.next()
	f := &store.Follow{ID: id, CreatedAt: at, FollowerID: follower.ID, FolloweeID: followee.ID, WithReplies: withReplies, Notify: "none"}
	w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateFollow(ctx, f) })
	return f
}

// reload reads a user again.
func (w *world) reload(u *store.User) *store.User {
	w.Helper()
	return ok(w.db.User(w.Context(), u.ID))(w)
}

// reloadNote reads a note again.
func (w *world) reloadNote(n *store.Note) *store.Note {
	w.Helper()
	return ok(w.db.Note(w.Context(), n.ID))(w)
}

// ok unwraps what a call answered, and fails the test on an error.
func ok[T any](v T, err error) func(w *world) T {
	return func(w *world) T {
		w.Helper()
		if err != nil {
			w.Fatal(err)
		}
		return v
	}
}

// same fails the test unless both are equal as JSON, which looks behind
// pointers and tells nil from empty.
func same[T any](w *world, what string, got, want T) {
	w.Helper()
	g, err := json.Marshal(got)
	if err != nil {
		w.Fatal(err)
	}
	f, err := json.Marshal(want)
	if err != nil {
		w.Fatal(err)
	}
	if !bytes.Equal(g, f) {
		w.Errorf("%s:\n got  %s\n want %s", what, g, f)
	}
}

// sameIDs fails the test unless the lists are equal.
func sameIDs[T ~string](w *world, what string, got []T, want ...T) {
	w.Helper()
	if !slices.Equal(got, want) {
		w.Errorf("%s: %q, want %q", what, got, want)
	}
}

// idsOf lists one string of each.
func idsOf[T any, K any](l []T, id func(T) K) []K {
	var out []K
	for _, v := range l {
		out = append(out, id(v))
	}
	return out
}

// atOnce runs do n times at the same time and answers the errors that came.
func (w *world) atOnce(n int, do func(ctx context.Context, i int) error) []error {
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		errs  []error
		begin = make(chan struct{})
	)
	for i := range n {
		wg.Go(func() {
			<-begin
			if err := do(w.Context(), i); err != nil {
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
			}
		})
	}
	close(begin)
	wg.Wait()
	return errs
}

// events are the topics of all events in the log, in the order of their ids.
func (w *world) events() []string {
	w.Helper()
	rows, err := w.db.Querier().Query(w.Context(), "SELECT topic FROM event ORDER BY id")
	if err != nil {
		w.Fatal(err)
	}
	defer rows.Close()
	var topics []string
	for rows.Next() {
		var topic string
		if err := rows.Scan(&topic); err != nil {
			w.Fatal(err)
		}
		topics = append(topics, topic)
	}
	if err := rows.Err(); err != nil {
		w.Fatal(err)
	}
	return topics
}
