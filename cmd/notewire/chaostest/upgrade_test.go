package chaostest

import (
	"context"
	"strings"
	"testing"
)

// A newer program may migrate while an older node serves, if its migrations
// only add: the node goes on, but does not start again.
func TestMigratedUnderneath(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	c := watch(t, s.node, "")
	s.post("before")
	c.until("before")

	tables, err := s.db.QueryContext(t.Context(), "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_version'")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tables.Close() }()
	altered := 0
	for tables.Next() {
		var table string
		if err := tables.Scan(&table); err != nil {
			t.Fatal(err)
		}
		s.exec("ALTER TABLE " + table + " ADD COLUMN of_tomorrow TEXT NOT NULL DEFAULT 'x'")
		altered++
	}
	if err := tables.Err(); err != nil || altered < 10 {
		t.Fatalf("%d tables altered: %v", altered, err)
	}
	s.exec("CREATE TABLE of_tomorrow (id TEXT PRIMARY KEY)")
	s.exec("INSERT INTO schema_version (version_id, is_applied) VALUES (9999, true)")

	s.post("after")
	c.until("after")
	bob := s.caller.signUp(t, s.node.address(), "bob")
	s.caller.follow(t, s.node.address(), bob, s.author, false)
	s.wantNotes(c, "before", "after")

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.node.terminate(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.node.start(ctx); err == nil || !strings.Contains(err.Error(), "9999") {
		t.Errorf("an older program starts on a newer schema: %v", err)
	}
}
