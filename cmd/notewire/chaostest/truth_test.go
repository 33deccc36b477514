package chaostest

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"notewire/store"
)

// truth is what was committed, read past the program: no code of the server's
// packages decides what is in it, only the tables' own meaning.
type truth struct {
	facts  map[store.NoteID]*store.NoteFacts // of every note, embedded ones included
	text   map[store.NoteID]string
	parent map[store.NoteID]store.NoteID // what it replies to or renotes
	posted map[store.NoteID]int64        // the event that told of it
	order  []store.NoteID                // by event
	main   map[store.UserID][]mainRow    // by event
	change map[store.NoteID][]changeRow  // by event
	events int
	faults []string // causes without events, and events without causes
}

// mainRow is one event of a user's main stream.
type mainRow struct {
	id           int64
	kind, object string
	note         store.NoteID
}

// changeRow is one event of a note's stream.
type changeRow struct {
	id  int64
	key string
}

// open opens a database that --database names.
func open(database string) (*sql.DB, error) {
	if path, ok := strings.CutPrefix(database, "sqlite:"); ok {
		return sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)")
	}
	return sql.Open("pgx", database)
}

// readTruth reads everything. Nothing may be written meanwhile.
func readTruth(ctx context.Context, database string) (*truth, error) {
	db, err := open(database)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	tr := &truth{
		facts: map[store.NoteID]*store.NoteFacts{}, text: map[store.NoteID]string{}, parent: map[store.NoteID]store.NoteID{},
		posted: map[store.NoteID]int64{}, main: map[store.UserID][]mainRow{}, change: map[store.NoteID][]changeRow{},
	}
	if err := tr.readNotes(ctx, db); err != nil {
		return nil, fmt.Errorf("reading the notes: %w", err)
	}
	if err := tr.readEvents(ctx, db); err != nil {
		return nil, fmt.Errorf("reading the events: %w", err)
	}
	tr.compare()
	return tr, nil
}

func (tr *truth) readNotes(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, `SELECT id, user_id, text, cw, visibility, coalesce(reply_id, ''), coalesce(reply_user_id, ''),
		coalesce(renote_id, ''), mentions, visible_user_ids FROM note`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	plain := map[store.NoteID]store.NoteFacts{}
	for rows.Next() {
		var (
			f                 store.NoteFacts
			text, cw          sql.NullString
			mentions, visible string
		)
		if err := rows.Scan(&f.ID, &f.UserID, &text, &cw, &f.Visibility, &f.ReplyID, &f.ReplyUserID, &f.RenoteID, &mentions, &visible); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(mentions), &f.Mentions); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(visible), &f.VisibleUserIDs); err != nil {
			return err
		}
		f.HasText = text.Valid || cw.Valid
		plain[f.ID] = f
		tr.text[f.ID] = text.String
		switch {
		case f.ReplyID != "":
			tr.parent[f.ID] = f.ReplyID
		case f.RenoteID != "":
			tr.parent[f.ID] = f.RenoteID
		}
	}
	one := func(id store.NoteID) *store.NoteFacts {
		f, ok := plain[id]
		if !ok {
			return nil
		}
		return &f
	}
	for id := range plain {
		f := one(id)
		f.Reply, f.Renote = one(f.ReplyID), one(f.RenoteID)
		if r := f.Renote; r != nil {
			r.Reply, r.Renote = one(r.ReplyID), one(r.RenoteID)
		}
		tr.facts[id] = f
	}
	return rows.Err()
}

func (tr *truth) readEvents(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, "SELECT id, topic, type, body, coalesce(facts, '') FROM event ORDER BY id")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var (
			id                 int64
			topic, typ         string
			rawBody, factsText string
		)
		if err := rows.Scan(&id, &topic, &typ, &rawBody, &factsText); err != nil {
			return err
		}
		tr.events++
		body := []byte(rawBody)
		var c content
		if string(body) != "null" && topic != store.TopicBroadcast {
			if err := json.Unmarshal(body, &c); err != nil {
				return fmt.Errorf("event %d of %s: %w", id, topic, err)
			}
		}
		switch {
		case topic == store.TopicNotes:
			note := store.NoteID(c.ID)
			if _, twice := tr.posted[note]; twice {
				tr.faults = append(tr.faults, fmt.Sprintf("two events tell of note %s", note))
			}
			tr.posted[note] = id
			tr.order = append(tr.order, note)
			if tr.facts[note] == nil && c.Text != nil && strings.HasPrefix(*c.Text, foreign) {
				// Written by another program, which keeps its notes elsewhere.
				var f store.NoteFacts
				if err := json.Unmarshal([]byte(factsText), &f); err != nil {
					return fmt.Errorf("facts of event %d: %w", id, err)
				}
				tr.facts[note], tr.text[note] = &f, *c.Text
			}
		case strings.HasPrefix(topic, store.PrefixMain):
			user := store.UserID(strings.TrimPrefix(topic, store.PrefixMain))
			row := mainRow{id: id, kind: typ, object: c.ID}
			if c.Note != nil {
				row.note = store.NoteID(c.Note.ID)
			}
			tr.main[user] = append(tr.main[user], row)
		case strings.HasPrefix(topic, store.PrefixNote):
			note := store.NoteID(strings.TrimPrefix(topic, store.PrefixNote))
			var change store.NoteChange
			if err := json.Unmarshal(body, &change); err != nil {
				return fmt.Errorf("event %d of %s: %w", id, topic, err)
			}
			tr.change[note] = append(tr.change[note], changeRow{id, updateKey(typ, change.Body)})
		}
	}
	return rows.Err()
}

// compare holds the tables against each other: no event without its cause, no
// cause without its event.
func (tr *truth) compare() {
	for id, f := range tr.facts {
		if tr.posted[id] == 0 {
			tr.faults = append(tr.faults, fmt.Sprintf("no event tells of note %s (%q)", id, tr.text[id]))
		}
		for _, user := range f.Mentions {
			may := f.Visibility != store.Specified || slices.Contains(f.VisibleUserIDs, user)
			if may && user != f.UserID && !tr.told(user, "mention", id) {
				tr.faults = append(tr.faults, fmt.Sprintf("no event tells %s of the mention in note %s", user, id))
			}
		}
		if f.ReplyUserID != "" && f.ReplyUserID != f.UserID && !tr.told(f.ReplyUserID, "reply", id) {
			tr.faults = append(tr.faults, fmt.Sprintf("no event tells %s of the reply %s", f.ReplyUserID, id))
		}
	}
	for id := range tr.posted {
		if tr.facts[id] == nil {
			tr.faults = append(tr.faults, fmt.Sprintf("an event tells of note %s, which is not there", id))
		}
	}
}

func (tr *truth) told(user store.UserID, kind string, note store.NoteID) bool {
	for _, r := range tr.main[user] {
		if r.kind == kind && r.object == string(note) {
			return true
		}
	}
	return false
}
