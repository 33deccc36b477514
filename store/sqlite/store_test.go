package sqlite_test

import (
	"path/filepath"
	"testing"

	"notewire/store/sqlite"
	"notewire/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, newDatabase, newDatabase)
}

func newDatabase(t *testing.T) storetest.Database {
	const readers = 4
	path := filepath.Join(t.TempDir(), "a name with ? and #.db")
	return storetest.Database{Open: func(t *testing.T) storetest.Node {
		db, err := sqlite.Open(t.Context(), path, sqlite.Options{Readers: readers})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return storetest.Node{DB: db.DB, Schema: db, Source: db, Streams: db.StreamReads(), Conns: readers}
	}}
}
