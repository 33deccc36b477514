package chaostest

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"sync/atomic"
	"time"

	"notewire/store"
)

// foreign begins the texts of notes that another program tells of: through the
// SQL function, in transactions of its own.
const foreign = "foreign"

// foreignWriter is such a program.
type foreignWriter struct {
	database string
	author   store.UserID
	template map[string]json.RawMessage // a note of the author's, as packed
	number   atomic.Int64
}

// newForeignWriter takes as its template the newest note that the log tells of.
func newForeignWriter(ctx context.Context, database string, author store.UserID) (*foreignWriter, error) {
	db, err := open(database)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	var body string
	if err := db.QueryRowContext(ctx, "SELECT body FROM event WHERE topic = $1 ORDER BY id DESC LIMIT 1", store.TopicNotes).Scan(&body); err != nil {
		return nil, err
	}
	w := &foreignWriter{database: database, author: author}
	if err := json.Unmarshal([]byte(body), &w.template); err != nil {
		return nil, err
	}
	return w, nil
}

// note is a public note that no table has, and its facts.
func (w *foreignWriter) note() (body, facts string, err error) {
	n := w.number.Add(1)
	id := store.NoteID(fmt.Sprintf("zzforeign%07d", n))
	note := maps.Clone(w.template)
	note["id"] = json.RawMessage(fmt.Sprintf("%q", id))
	note["text"] = json.RawMessage(fmt.Sprintf("%q", fmt.Sprintf("%s %d", foreign, n)))
	b, err := json.Marshal(note)
	if err != nil {
		return "", "", err
	}
	f, err := json.Marshal(store.NoteFacts{Audience: store.Audience{UserID: w.author, Visibility: store.Public}, ID: id, HasText: true})
	return string(b), string(f), err
}

// append appends an event that tells of a new note.
func (w *foreignWriter) append(ctx context.Context, tx interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}) error {
	body, facts, err := w.note()
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "SELECT notewire_append_event($1, 'note', $2::json, $3::json)", store.TopicNotes, body, facts)
	return err
}

// transaction does what the fault says, in a transaction or several.
func (w *foreignWriter) transaction(ctx context.Context, f fault) error {
	db, err := sql.Open("pgx", w.database)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	times := 1
	if f.kind == burstRolledBack {
		times = 20
	}
	for range times {
		if err := w.one(ctx, db, f.kind, f.length); err != nil {
			return err
		}
	}
	return nil
}

func (w *foreignWriter) one(ctx context.Context, db *sql.DB, kind faultKind, length time.Duration) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	if kind == holdXmin {
		_, err = tx.ExecContext(ctx, "SELECT pg_current_xact_id()")
	} else {
		err = w.append(ctx, tx)
	}
	if err != nil {
		return err
	}
	if kind != burstRolledBack {
		waitFor(ctx, length)
	}
	if kind == holdCommitted {
		return tx.Commit()
	}
	return tx.Rollback()
}
