package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"notewire/api/action"
	"notewire/api/storage"
	"notewire/store"
	"notewire/store/relational"
	"notewire/store/sqlite"
)

// engineStorage is the engine as Storage, as cmd/notewire/app wires it.
type engineStorage struct{ *relational.DB }

func (s engineStorage) InTx(ctx context.Context, do func(context.Context, storage.Tx) error) error {
	return s.DB.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error { return do(ctx, tx) })
}

// world is a server on an empty database of its own.
type world struct {
	*testing.T
	*Server
	db   engineStorage
	now  time.Time // the server's clock
	read int64     // the last event that events answered
}

// person is somebody with an account.
type person struct {
	ID    store.UserID
	Name  string
	Token string
}

const testPassword = "correct horse"

// newWorld makes a server; change, if not nil, changes its configuration first.
func newWorld(t *testing.T, change func(*Config)) *world {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, db: engineStorage{db.DB}, now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	config := Config{
		BaseURL: "http://nw.example:3000", OpenRegistration: true, AllowHost: true, PasswordCost: bcrypt.MinCost,
		FileDir: t.TempDir(), Store: w.db,
		// Every reading is a millisecond later, so that nothing happens at once.
		Now: func() time.Time { w.now = w.now.Add(time.Millisecond); return w.now },
	}
	if change != nil {
		change(&config)
	}
	if w.Server, err = New(config); err != nil {
		t.Fatal(err)
	}
	return w
}

// post calls an endpoint; token may be empty. The answer's body is decoded.
func (w *world) post(token, name string, params any) (status int, body any) {
	w.Helper()
	b, err := json.Marshal(params)
	if err != nil {
		w.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/api/"+name, bytes.NewReader(b))
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return w.send(r)
}

// get fetches any path.
func (w *world) get(path string) (status int, body any) {
	w.Helper()
	return w.send(httptest.NewRequest(http.MethodGet, path, nil))
}

func (w *world) send(r *http.Request) (status int, body any) {
	w.Helper()
	rec := httptest.NewRecorder()
	w.Handler().ServeHTTP(rec, r)
	if rec.Body.Len() > 0 {
		if err := json.Unmarshal(rec.Body.Bytes(), &body); err != nil {
			w.Fatalf("%s answered %s: %v", r.URL.Path, rec.Body, err)
		}
	}
	return rec.Code, body
}

// must calls an endpoint that has to succeed.
func (w *world) must(token, name string, params any) any {
	w.Helper()
	status, body := w.post(token, name, params)
	if status != http.StatusOK && status != http.StatusNoContent {
		w.Fatalf("%s answered %d %v", name, status, body)
	}
	return body
}

// fails calls an endpoint that has to fail with that code.
func (w *world) fails(token, name string, params any, status int, code string) {
	w.Helper()
	got, body := w.post(token, name, params)
	if got != status || at(body, "error", "code") != code {
		w.Errorf("%s answered %d %v, want %d %s", name, got, body, status, code)
	}
}

// signUp makes a local account.
func (w *world) signUp(name string) person {
	w.Helper()
	me := w.must("", "signup", map[string]any{"username": name, "password": testPassword})
	return person{store.UserID(text(at(me, "id"))), name, text(at(me, "token"))}
}

// appToken makes an app token of somebody's.
func (w *world) appToken(p person, permissions ...string) string {
	w.Helper()
	if permissions == nil {
		permissions = []string{}
	}
	body := w.must(p.Token, "miauth/gen-token", map[string]any{"session": nil, "permission": permissions})
	return text(at(body, "token"))
}

// transact runs a transaction behind the API's back.
func (w *world) transact(do func(ctx context.Context, tx storage.Tx) error) {
	w.Helper()
	if err := w.config.Store.InTx(w.Context(), do); err != nil {
		w.Fatal(err)
	}
}

// actor is somebody who acts without the API.
func (w *world) actor(p person) *action.Actor {
	w.Helper()
	who, err := w.Authenticate(w.Context(), p.Token)
	if err != nil || who == nil {
		w.Fatal("who is that?", err)
	}
	return w.actions.Actor(who, netip.Addr{})
}

// change changes an account behind the API's back.
func (w *world) change(p person, how func(u *store.User)) {
	w.Helper()
	w.transact(func(ctx context.Context, work storage.Tx) error {
		u, err := work.UserForUpdate(ctx, p.ID)
		if err != nil {
			return err
		}
		how(u)
		return work.UpdateUser(ctx, u)
	})
}

// event is what was appended to the log.
type event struct {
	Topic, Type string
	Body        any
}

// events are those that were appended since it was last asked.
func (w *world) events() []event {
	w.Helper()
	rows, err := w.db.Querier().Query(w.Context(), "SELECT id, topic, type, body FROM event WHERE id > $1 ORDER BY id", w.read)
	if err != nil {
		w.Fatal(err)
	}
	defer rows.Close()
	var out []event
	for rows.Next() {
		var e event
		var body string
		if err := rows.Scan(&w.read, &e.Topic, &e.Type, &body); err != nil {
			w.Fatal(err)
		}
		if err := json.Unmarshal([]byte(body), &e.Body); err != nil {
			w.Fatal(err)
		}
		out = append(out, e)
	}
	if err := rows.Err(); err != nil {
		w.Fatal(err)
	}
	return out
}

// wantEvents compares topics and types of what was appended since last asked.
func (w *world) wantEvents(want ...string) []event {
	w.Helper()
	got := w.events()
	var names []string
	for _, e := range got {
		names = append(names, e.Topic+" "+e.Type)
	}
	if !reflect.DeepEqual(names, want) {
		w.Fatalf("events: got %q, want %q", names, want)
	}
	return got
}

// list, text and has read decoded JSON; what is of another type is empty.
func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func has(v any, key string) bool {
	m, _ := v.(map[string]any)
	_, there := m[key]
	return there
}

// at walks into decoded JSON: names for objects, numbers for arrays. What is
// not there is nil.
func at(v any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[step]
		case int:
			l, _ := v.([]any)
			if step >= len(l) {
				return nil
			}
			v = l[step]
		default:
			panic(fmt.Sprintf("at: %T", step))
		}
	}
	return v
}
