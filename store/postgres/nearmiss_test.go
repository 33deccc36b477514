package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"notewire/store"
	"notewire/store/feed"
	"notewire/store/postgres"
)

// cursorOnly is the near miss "id > cursor".
type cursorOnly struct{ *postgres.DB }

func (s cursorOnly) Read(ctx context.Context, after int64, _ []feed.Range, limit int) (feed.Read, error) {
	return s.DB.Read(ctx, after, nil, limit)
}

// snapshotXmax is the near miss of the snapshot's end as the horizon.
type snapshotXmax struct{ feedDB }

func (s snapshotXmax) Horizon(ctx context.Context) (h uint64, err error) {
	err = s.raw.QueryRow(ctx, "SELECT pg_snapshot_xmax(pg_current_snapshot())::TEXT::BIGINT").Scan(&h)
	return h, err
}

// TestNearMisses runs one history against the real source and against two
// faulty ones. The transaction that draws the lower event id has the higher
// transaction id and commits last.
func TestNearMisses(t *testing.T) {
	db := openFeedDB(t)
	for _, test := range []struct {
		name   string
		source feed.Source
		loses  bool
	}{
		{"the real one", db, false},
		{"id > cursor", cursorOnly{db.DB}, true},
		{"the snapshot's xmax as the horizon", snapshotXmax{db}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			// The history can miss if the server itself ends a transaction in
			// between (autovacuum), hence more than one try for the faulty.
			lost := false
			for range 5 {
				lost = lateAndLost(t, db, test.source)
				if lost == test.loses {
					break
				}
			}
			if lost != test.loses {
				t.Errorf("lost an event: %v, want %v", lost, test.loses)
			}
		})
	}
}

func lateAndLost(t *testing.T, db feedDB, source feed.Source) (lost bool) {
	t.Helper()
	r := newReading(t, feed.Config{Source: source, Poll: 10 * time.Millisecond})
	early, late := begin(t, db.raw), begin(t, db.raw)
	for _, tx := range []pgx.Tx{early, late} {
		if _, err := tx.Exec(t.Context(), "SELECT pg_current_xact_id()"); err != nil {
			t.Fatal(err)
		}
	}
	lateID, earlyID := insert(t, late), insert(t, early)
	commit(t, early)
	before := r.Stats()
	r.run()
	r.until("the first event", func(got []store.Event, _ []feed.GapReason) bool { return len(got) == 1 && got[0].ID == earlyID })
	// Two reads after a horizon: a faulty one has given up by then.
	eventually(t, "a horizon", func() bool { return r.Stats().Horizons > before.Horizons })
	reads := r.Stats().Reads
	eventually(t, "two more reads", func() bool { return r.Stats().Reads >= reads+2 })
	commit(t, late)
	lastID := insert(t, db.raw)
	r.until("the last event", func(got []store.Event, _ []feed.GapReason) bool { return len(got) > 0 && got[len(got)-1].ID == lastID })
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, ev := range r.got {
		if ev.ID == lateID {
			return false
		}
	}
	return true
}
