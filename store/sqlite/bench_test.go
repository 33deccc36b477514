package sqlite_test

import (
	"path/filepath"
	"testing"

	"notewire/store/sqlite"
	"notewire/store/storetest"
)

// BenchmarkConnect is storetest's.
func BenchmarkConnect(b *testing.B) {
	db, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "bench.db"), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	storetest.BenchmarkConnect(b, db.DB)
}
