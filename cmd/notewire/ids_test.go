package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"notewire/store/postgres/pgtest"
)

// A database keeps the kind of ids with which it was first started, whoever
// starts it and whatever they ask for.
func TestIDsStay(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		const refusal = "it has aid, and aidx was asked for; leave --ids out, or begin with an empty database"
		at := func(args ...string) []string { return append(args, "--database", database) }
		succeed(t, at("migrate")...) // which fixes nothing
		alice := strings.Fields(succeed(t, at("user", "create", "alice", "--ids", "aid")...))
		wantFailed(t, command(t, at("user", "create", "bob", "--ids", "aidx")...), refusal)
		wantFailed(t, command(t, at("token", "create", "alice", "--ids", "aidx")...), refusal)
		wantFailed(t, command(t, at("serve", "--ids", "aidx", "--listen", "127.0.0.1:0", "--files", t.TempDir())...), refusal)
		succeed(t, at("token", "create", "alice")...)
		token := strings.Fields(strings.Split(succeed(t, at("token", "list", "alice")...), "\n")[1])
		if len(alice[1]) != 10 || len(token[0]) != 10 {
			t.Errorf("the user has the id %s, a token %s", alice[1], token[0])
		}
		start(t, at("serve", "--ids", "aid")...).end()

		s := start(t, at("serve")...)
		var notes []map[string]any
		for i := range 3 {
			status, answer := call(t, s.url, "notes/create", map[string]any{"i": alice[2], "text": fmt.Sprint(i)})
			note, _ := answer["createdNote"].(map[string]any)
			if id, _ := note["id"].(string); status != http.StatusOK || len(id) != 10 {
				t.Fatalf("notes/create: %d %v", status, answer)
			}
			notes = append(notes, note)
			time.Sleep(2 * time.Millisecond) // the dates below have to tell them apart
		}
		// Pages that are bounded by dates.
		instant := func(note map[string]any) int64 {
			created, err := time.Parse(time.RFC3339Nano, fmt.Sprint(note["createdAt"]))
			if err != nil {
				t.Fatal(err)
			}
			return created.UnixMilli()
		}
		for _, c := range []struct {
			bounds map[string]any
			want   string
		}{
			{map[string]any{"untilDate": instant(notes[2])}, "1 0"},
			{map[string]any{"sinceDate": instant(notes[1]), "untilDate": instant(notes[2])}, "1"},
			{map[string]any{"sinceDate": instant(notes[2]) + 1}, ""},
			{map[string]any{"untilDate": int64(1) << 52}, "2 1 0"}, // in the year 144683
		} {
			params := map[string]any{"i": alice[2], "userId": alice[1]}
			for k, v := range c.bounds {
				params[k] = v
			}
			var page []map[string]any
			status := callFor(t, s.url, "users/notes", params, &page)
			var texts []string
			for _, n := range page {
				texts = append(texts, fmt.Sprint(n["text"]))
			}
			if got := strings.Join(texts, " "); status != http.StatusOK || got != c.want {
				t.Errorf("%v: %d %q, want %q", c.bounds, status, got, c.want)
			}
		}
	})
}

// Without --ids a new database has aidx, and keeps it.
func TestIDsByDefault(t *testing.T) {
	database := "sqlite:" + t.TempDir() + "/x.db"
	if user := strings.Fields(succeed(t, "user", "create", "alice", "--database", database)); len(user[1]) != 16 {
		t.Errorf("the id is %s", user[1])
	}
	wantFailed(t, command(t, "serve", "--ids", "aid", "--database", database, "--listen", "127.0.0.1:0", "--files", t.TempDir()),
		"it has aidx, and aid was asked for; leave --ids out")
	dev := start(t, "dev", "--ids", "aid").stdout.String()
	if short := regexp.MustCompile(`(?m)^[a-z]+ [0-9a-z]{10} [a-z0]{16}$`).FindAllString(dev, -1); len(short) != len(demoUsers) {
		t.Errorf("dev --ids aid: %s", dev)
	}
}

// Nodes that make short ids in the same milliseconds refuse nobody for it.
func TestShortIDsOfTwoNodes(t *testing.T) {
	const writers, each = 6, 20
	database := pgtest.Shared(t).NewDatabase(t).URL
	token := strings.Fields(succeed(t, "user", "create", "alice", "--ids", "aid", "--database", database))[2]
	nodes := []*service{start(t, "serve", "--rate-limits", "off", "--database", database), start(t, "serve", "--rate-limits", "off", "--database", database)}
	client := connect(t, nodes[0].url, token)
	join(t, client, "localTimeline")
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for range each {
				if status, answer := call(t, nodes[w%2].url, "notes/create", map[string]any{"i": token, "text": "x"}); status != http.StatusOK {
					t.Errorf("notes/create: %d %v", status, answer)
				}
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	for range writers * each {
		_, rest, _ := strings.Cut(hear(t, client), `"type":"note","body":{"id":"`)
		id, _, _ := strings.Cut(rest, `"`)
		seen[id] = true
	}
	if len(seen) != writers*each {
		t.Errorf("%d notes came, under %d ids", writers*each, len(seen))
	}
}
