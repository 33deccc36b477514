//go:build linux

package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"notewire/store"
)

// The people of every benchmark. The first ones follow many, the others few.
const (
	peopleMany  = 1000 // follow followsMany of each other
	followsMany = 200
	followsFew  = 20
)

// world is what a database was filled with.
type world struct {
	people int
	// hotFew and hotMany are followed by ten of the first 100 people, and by
	// ten of all.
	hotFew, hotMany, poster int

	note, facts string // a public note of the poster, as it stands in the log
	id          string // of that note, which the copies replace
}

func userID(i int) string { return fmt.Sprintf("9bench00%d", 10_000_000+i) }
func token(i int) string  { return fmt.Sprintf("benchtoken%06d", i) }

// captors is how many follow a hot author, or capture a hot note.
const captors = 10

// populate fills an empty database, by SQL and in sets: nobody measures this.
func (e *engine) populate(ctx context.Context, people int) error {
	w := &world{people: people, hotFew: people, hotMany: people + 1, poster: people + 2}
	settings, err := json.Marshal(store.DefaultUserSettings())
	if err != nil {
		return fmt.Errorf("encoding settings: %w", err)
	}
	now := time.Now().UnixMilli()
	const numbers = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d), m(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM m WHERE k < %d) `
	const follow = `INSERT INTO following (id, created_at, follower_id, followee_id, with_replies, notify) `
	tx, err := e.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("filling the database: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	if e.name == "postgres" {
		// What is written here is right; half a million checks would tell nothing.
		if _, err := tx.ExecContext(ctx, "SET LOCAL session_replication_role = replica"); err != nil {
			return fmt.Errorf("filling the database: %w", err)
		}
	}
	few := max(1, min(people, fewConns)/captors)
	many := max(1, people/captors)
	for _, s := range []struct {
		what, sql string
	}{
		{"users", `INSERT INTO users (id, username, host, name, password_hash, created_at, updated_at, last_active_at, avatar_url, banner_url,
			is_locked, is_bot, is_cat, is_admin, is_moderator, is_suspended, is_deleted, settings) ` + fmt.Sprintf(numbers, w.poster, 0) +
			fmt.Sprintf(`SELECT '9bench00' || (10000000 + i), 'u' || i, '', 'User ' || i, '', %d, 0, %[1]d, '', '', FALSE, FALSE, FALSE, FALSE, FALSE, FALSE, FALSE, '%s' FROM n`,
				now, strings.ReplaceAll(string(settings), "'", "''"))},
		{"follows", follow + fmt.Sprintf(numbers, min(people, peopleMany)-1, min(followsMany, people/5)-1) +
			fmt.Sprintf(`SELECT '9follow0' || (10000000 + i * 1000 + k), %d, '9bench00' || (10000000 + i), '9bench00' || (10000000 + (i + 1 + k * 4) %% %d), FALSE, '' FROM n, m`,
				now, min(people, peopleMany))},
		{"more follows", follow + fmt.Sprintf(numbers, people-1, followsFew-1) +
			fmt.Sprintf(`SELECT '9follow1' || (10000000 + i * 100 + k), %d, '9bench00' || (10000000 + i), '9bench00' || (10000000 + (i + 3 + k * 37) %% %d), FALSE, '' FROM n, m WHERE i >= %d`,
				now, min(people, peopleMany), peopleMany)},
		{"followers of the one", follow + fmt.Sprintf(numbers, captors-1, 0) +
			fmt.Sprintf(`SELECT '9follow2' || (10000000 + i), %d, '9bench00' || (10000000 + i * %d), '%s', FALSE, '' FROM n`, now, few, userID(w.hotFew))},
		{"followers of the other", follow + fmt.Sprintf(numbers, captors-1, 0) +
			fmt.Sprintf(`SELECT '9follow3' || (10000000 + i), %d, '9bench00' || (10000000 + i * %d), '%s', FALSE, '' FROM n`, now, many, userID(w.hotMany))},
	} {
		if _, err := tx.ExecContext(ctx, s.sql); err != nil {
			return fmt.Errorf("making %s: %w", s.what, err)
		}
	}
	if err := makeTokens(ctx, tx, w.poster+1, now); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("filling the database: %w", err)
	}
	if e.name == "postgres" {
		if _, err := e.db.ExecContext(ctx, "ANALYZE"); err != nil {
			return fmt.Errorf("analysing: %w", err)
		}
	}
	e.world = w
	return nil
}

// makeTokens gives each of n users a token.
func makeTokens(ctx context.Context, tx *sql.Tx, n int, now int64) error {
	insert, err := tx.PrepareContext(ctx, `INSERT INTO access_token (id, user_id, hash, native, name, description, icon_url, session, permissions, created_at, last_used_at)
		VALUES ($1, $2, $3, TRUE, '', '', '', '', '[]', $4, $5)`)
	if err != nil {
		return fmt.Errorf("making tokens: %w", err)
	}
	defer func() { _ = insert.Close() }()
	for i := range n {
		hash := store.HashToken(token(i))
		// Used just now, so that nothing is written because of that.
		if _, err := insert.ExecContext(ctx, "9token00"+userID(i)[8:], userID(i), hash[:], now, now); err != nil {
			return fmt.Errorf("making tokens: %w", err)
		}
	}
	return nil
}

// learn has a node make a note and keeps what the node wrote into the log, so
// that the copies are as real ones.
func (e *engine) learn(ctx context.Context, node *process) error {
	if e.world.note != "" {
		return nil
	}
	c, err := dialAPI(ctx, node.port)
	if err != nil {
		return err
	}
	defer c.close()
	id, _, err := c.createNote(token(e.world.poster), noteText(0))
	if err != nil {
		return err
	}
	w := e.world
	w.id = id
	err = e.db.QueryRowContext(ctx, `SELECT body, facts FROM event WHERE topic = 'notesStream' ORDER BY id DESC LIMIT 1`).Scan(&w.note, &w.facts)
	if err != nil {
		return fmt.Errorf("reading the note from the log: %w", err)
	}
	if !strings.Contains(w.note, noteText(0)) || !strings.Contains(w.note, id) || !strings.Contains(w.facts, id) {
		return fmt.Errorf("the log's last note is another one: %.200s", w.note)
	}
	return nil
}

// noteText has the note's number where find looks for it, and the length of a
// usual note.
func noteText(seq int) string {
	return fmt.Sprintf("seq=%09d%s", seq, strings.Repeat(" The quick brown fox jumps over the lazy dog.", 3))
}

// noteEvent is a copy of the note with a number, by an author, public or home.
func (w *world) noteEvent(seq, author int, visibility string) event {
	change := strings.NewReplacer(
		noteText(0), noteText(seq), w.id, fmt.Sprintf("9note000%08d", seq), userID(w.poster), userID(author),
		`"visibility":"public"`, `"visibility":"`+visibility+`"`)
	return event{store.TopicNotes, "note", change.Replace(w.note), change.Replace(w.facts)}
}

// seqOf is the number of the note in a frame; -1: there is none.
func seqOf(payload []byte) int {
	const mark = "seq="
	i := indexOf(payload, mark)
	if i < 0 || len(payload) < i+len(mark)+9 {
		return -1
	}
	n := 0
	for _, d := range payload[i+len(mark) : i+len(mark)+9] {
		if d < '0' || d > '9' {
			return -1
		}
		n = 10*n + int(d-'0')
	}
	return n
}
