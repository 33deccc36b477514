package sqlite

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"notewire/store"
	"notewire/store/relational"
)

// explaining is a Querier that notes how SQLite would carry out what it is asked.
type explaining struct {
	relational.Querier

	mu    sync.Mutex
	plans []string
}

func (e *explaining) Query(ctx context.Context, sql string, args ...any) (relational.Rows, error) {
	rows, err := e.Querier.Query(ctx, "EXPLAIN QUERY PLAN "+sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			return nil, err
		}
		e.mu.Lock()
		e.plans = append(e.plans, detail)
		e.mu.Unlock()
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return e.Querier.Query(ctx, sql, args...)
}

// No list passes notes, or anything else that grows, that it does not answer: each
// is read from an index, in its order.
func TestListsReadIndexesInOrder(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "plans.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	e := &explaining{Querier: db.Querier()}
	q := relational.Reads(e, dialect{})
	ctx := t.Context()
	for _, files := range []bool{false, true} {
		for _, page := range []store.Page{{Limit: 20}, {Limit: 20, UntilID: "z"}, {Limit: 20, SinceID: "0"}, {Limit: 20, SinceID: "0", UntilID: "z"}} {
			p := store.NotePage{Page: page, WithFiles: files}
			for name, list := range map[string]func() error{
				"home":     func() error { _, err := q.HomeIDs(ctx, "u", p); return err },
				"local":    func() error { _, err := q.LocalIDs(ctx, p); return err },
				"hybrid":   func() error { _, err := q.HybridIDs(ctx, "u", p); return err },
				"global":   func() error { _, err := q.GlobalIDs(ctx, p); return err },
				"list":     func() error { _, err := q.ListNoteIDs(ctx, "l", p); return err },
				"channel":  func() error { _, err := q.ChannelNoteIDs(ctx, "c", p); return err },
				"tag":      func() error { _, err := q.TagNoteIDs(ctx, "t", p); return err },
				"replies":  func() error { _, err := q.ReplyIDs(ctx, "n", p); return err },
				"renotes":  func() error { _, err := q.RenoteIDs(ctx, "n", p); return err },
				"children": func() error { _, err := q.ChildIDs(ctx, "n", p); return err },
				"user": func() error {
					_, err := q.UserNoteIDs(ctx, "u", store.UserNotePage{NotePage: p, Viewer: "v"})
					return err
				},
				"mentions": func() error {
					_, err := q.MentionIDs(ctx, "u", store.MentionPage{Page: page, Following: files})
					return err
				},
				"notifications": func() error { _, err := q.Notifications(ctx, "u", page, nil); return err },
				"followers":     func() error { _, err := q.Followers(ctx, "u", page); return err },
			} {
				e.plans = nil
				if err := list(); err != nil {
					t.Fatal(name, err)
				}
				merged := name == "home" || name == "hybrid" || name == "list" // its queue is in order of ids
				for _, step := range e.plans {
					// Merged timelines begin with a walk over a few of the newest notes.
					whole := strings.HasPrefix(step, "SCAN ") && !mayBeScanned(step) && !(merged && !files && (step == "SCAN n" || strings.HasPrefix(step, "SCAN n USING INDEX sqlite_autoindex_note_1")))
					sorted := strings.Contains(step, "USE TEMP B-TREE FOR ORDER BY") && !merged
					if whole || sorted {
						t.Errorf("%s of %+v: %s\n  %s", name, p, step, strings.Join(e.plans, "\n  "))
					}
				}
				if len(e.plans) == 0 {
					t.Errorf("%s was not explained", name)
				}
			}
		}
	}
}

// mayBeScanned says whether a step reads from one end to the other something that
// a list is made of: the queue of a merged timeline, and the indexes that have
// nothing but what a timeline of everybody's notes has.
func mayBeScanned(step string) bool {
	for _, what := range []string{"SCAN s", "SCAN CONSTANT ROW", "SCAN n USING INDEX note_local", "SCAN n USING INDEX note_public", "SCAN n USING COVERING INDEX note_local", "SCAN n USING COVERING INDEX note_public"} {
		if step == what || strings.HasPrefix(step, what) {
			return true
		}
	}
	return false
}
