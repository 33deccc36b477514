package sqlite_test

import (
	"path/filepath"
	"testing"

	"notewire/store/sqlite"
)

// Every file has a log of its own, whose name stays.
func TestIdentity(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	a, b := openFeedFile(t, path), openFeedDB(t)
	again := openFeedFile(t, path)
	name := func(db *sqlite.DB) string {
		id, err := db.Identity(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return id.Cluster
	}
	if name(a) == name(b) {
		t.Errorf("two files are both called %s", name(a))
	}
	if name(a) != name(again) {
		t.Errorf("one file is called %s and %s", name(a), name(again))
	}
}
