package main

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"notewire/store/postgres/pgtest"
)

// While every connection of the API's pool is held by a slow query, clients get
// their events, viewers' own reactions included, and new clients get in.
func TestSlowQueriesDelayNoStream(t *testing.T) {
	const conns = 2
	database := pgtest.Shared(t).NewDatabase(t).URL
	token := func(name string) string {
		t.Helper()
		return strings.Fields(succeed(t, "user", "create", name, "--database", database))[2]
	}
	alice, bob := token("alice"), token("bob")
	busy := start(t, "serve", "--database", database, "--database-conns", "2")
	other := start(t, "serve", "--database", database)
	must := func(endpoint string, params map[string]any) map[string]any {
		t.Helper()
		status, answer := call(t, other.url, endpoint, params)
		if status >= 300 {
			t.Fatalf("%s: %d %v", endpoint, status, answer)
		}
		return answer
	}
	created, _ := must("notes/create", map[string]any{"i": bob, "text": "first"})["createdNote"].(map[string]any)
	must("notes/reactions/create", map[string]any{"i": alice, "noteId": created["id"], "reaction": "❤"})
	client := connect(t, busy.url, alice)
	join(t, client, "localTimeline")

	admin := func() *pgx.Conn {
		t.Helper()
		c, err := pgx.Connect(t.Context(), database)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close(context.WithoutCancel(t.Context())) })
		return c
	}
	watcher := admin() // not in the transaction, in which the server's activity stands still
	lock, err := admin().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock.Exec(t.Context(), "LOCK TABLE user_list IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	var calls sync.WaitGroup
	for range conns {
		calls.Go(func() {
			if status, answer := call(t, busy.url, "users/lists/show", map[string]any{"i": alice, "listId": "none"}); status != http.StatusBadRequest {
				t.Errorf("users/lists/show: %d %v", status, answer)
			}
		})
	}
	held := func() (n int) {
		t.Helper()
		if err := watcher.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'notewire' AND wait_event_type = 'Lock'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for deadline := time.Now().Add(patience); held() < conns; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the calls do not get to the lock")
		}
	}

	must("notes/create", map[string]any{"i": bob, "text": "second"})
	if frame := hear(t, client); !strings.Contains(frame, `"text":"second"`) {
		t.Errorf("instead of the note: %s", frame)
	}
	must("notes/create", map[string]any{"i": bob, "renoteId": created["id"]})
	if frame := hear(t, client); !strings.Contains(frame, `"myReaction":"❤"`) {
		t.Errorf("the renote lacks the viewer's reaction: %s", frame)
	}
	join(t, connect(t, busy.url, bob), "homeTimeline")
	if n := held(); n != conns {
		t.Errorf("%d of %d connections were still held when all that had come", n, conns)
	}
	if err := lock.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	calls.Wait()
}
