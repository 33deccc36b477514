package sqlite

import (
	"context"
	"fmt"
	"sync"
	"testing"
)

// Past the bound statements run as well, those that are kept stay right when the
// tables change, and one that cannot be prepared is an error each time.
func TestPreparedStatements(t *testing.T) {
	db, err := Open(t.Context(), Memory, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	write := func(text string) {
		t.Helper()
		if _, err := db.Querier().Exec(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	read := func(ctx context.Context, text string, args ...any) (n int, err error) {
		err = db.Querier().QueryRow(ctx, text, args...).Scan(&n)
		return n, err
	}
	write("CREATE TABLE thing (n INTEGER)")
	write("INSERT INTO thing VALUES (1), (2)")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 2 * maxPrepared {
				if n, err := read(t.Context(), fmt.Sprintf("SELECT %d + $1", i), 1); n != i+1 || err != nil {
					t.Errorf("%d + 1: %d, %v", i, n, err)
				}
				if n, err := read(t.Context(), "SELECT max(n) FROM thing"); n != 2 || err != nil {
					t.Errorf("the largest: %d, %v", n, err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(db.api.byText); n != maxPrepared {
		t.Errorf("%d statements are kept, want %d", n, maxPrepared)
	}
	write("ALTER TABLE thing ADD COLUMN other INTEGER")
	write("INSERT INTO thing VALUES (3, 4)")
	write("CREATE INDEX thing_n ON thing (n)")
	if n, err := read(t.Context(), "SELECT max(n) FROM thing"); n != 3 || err != nil {
		t.Errorf("after the change: %d, %v", n, err)
	}
	for range 2 {
		if _, err := read(t.Context(), "SELECT n FROM nothing"); err == nil {
			t.Error("no error for a table that there is not")
		}
		if rows, err := db.Querier().Query(t.Context(), "SELECT n FROM nothing"); err == nil {
			rows.Close()
			t.Error("no error for a table that there is not")
		}
	}
}

// A failure to prepare is not kept.
func TestPreparedAfterFailure(t *testing.T) {
	db, err := Open(t.Context(), Memory, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	ended, end := context.WithCancel(t.Context())
	end()
	var n int
	if err := db.Querier().QueryRow(ended, "SELECT 7").Scan(&n); err == nil {
		t.Error("no error though the context had ended")
	}
	if err := db.Querier().QueryRow(t.Context(), "SELECT 7").Scan(&n); n != 7 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}
