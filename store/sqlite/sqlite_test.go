package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"notewire/store"
	"notewire/store/relational"
	"notewire/store/sqlite"
)

func open(t *testing.T, path string, o sqlite.Options) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, bytes.Repeat([]byte("not a database "), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path string
		o          sqlite.Options
		want       error  // nil: any
		says       string // part of its text
	}{
		{"no folder", filepath.Join(dir, "none", "a.db"), sqlite.Options{}, store.ErrNotFound, "there is no folder"},
		{"no file", filepath.Join(dir, "a.db"), sqlite.Options{MustExist: true}, store.ErrNotFound, "there is no such file"},
		{"a folder", dir, sqlite.Options{}, nil, "not a regular file"},
		{"something else", text, sqlite.Options{}, nil, "not a database"},
	} {
		t.Run(c.name, func(t *testing.T) {
			db, err := sqlite.Open(t.Context(), c.path, c.o)
			if err == nil {
				_ = db.Close()
				t.Fatal("it was opened")
			}
			if c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if text := err.Error(); !strings.Contains(text, c.says) || !strings.Contains(text, c.path) || strings.Contains(text, "\n") {
				t.Errorf("error %q, want one line with the path and %q", text, c.says)
			}
		})
	}
	if _, err := os.Stat(filepath.Join(dir, "a.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("MustExist made the file: %v", err)
	}
}

func TestReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	if err := open(t, path, sqlite.Options{}).Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := sqlite.OpenReadOnly(t.Context(), path); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("error %v, want ErrReadOnly", err)
	}
}

func TestMemoryLeavesNothing(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	db := open(t, sqlite.Memory, sqlite.Options{})
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(os.TempDir())
	if err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// What reads cannot write by mistake: it would not be in line with the writer.
func TestReadersCannotWrite(t *testing.T) {
	db := open(t, sqlite.Memory, sqlite.Options{})
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	var id int64
	err := db.Querier().QueryRow(t.Context(),
		"INSERT INTO event (at, topic, type, body) VALUES (1, 'a', 'b', 'null') RETURNING id").Scan(&id)
	if !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("error %v, want ErrReadOnly", err)
	}
}

// Event ids never come again, even when the newest events are gone.
func TestEventIDsGrow(t *testing.T) {
	db := open(t, sqlite.Memory, sqlite.Options{})
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	last := func() (id int64) {
		t.Helper()
		err := db.InTx(t.Context(), func(ctx context.Context, tx *relational.Tx) error {
			return tx.AppendEvents(ctx, store.NewEvent{Topic: "a", Type: "b"})
		})
		if err == nil {
			err = db.Querier().QueryRow(t.Context(), "SELECT max(id) FROM event").Scan(&id)
		}
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	first := last()
	if _, err := db.Querier().Exec(t.Context(), "DELETE FROM event"); err != nil {
		t.Fatal(err)
	}
	if second := last(); second <= first {
		t.Errorf("id %d after %d", second, first)
	}
}

// Whoever opens a new file while another process writes to it waits, also for
// the switch to WAL, which SQLite refuses at once.
func TestOpenWaitsForWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	other, err := sql.Open("sqlite", path+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	tx, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	opened := make(chan error, 1)
	go func() {
		db, err := sqlite.Open(context.WithoutCancel(t.Context()), path, sqlite.Options{})
		if err == nil {
			err = db.Close()
		}
		opened <- err
	}()
	select {
	case err := <-opened:
		opened <- err
		t.Error("it did not wait")
	case <-time.After(100 * time.Millisecond): // long enough to have been refused
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Error(err)
	}
}

// migrateEnv makes this test program a process that migrates the file.
const migrateEnv = "NOTEWIRE_TEST_MIGRATE"

// migrateAsProcess is what such a process does.
func migrateAsProcess(path string) error {
	db, err := sqlite.Open(context.Background(), path, sqlite.Options{})
	if err != nil {
		return err
	}
	return errors.Join(db.Migrate(context.Background()), db.Close())
}

func TestMigrateManyProcesses(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.db")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			cmd := exec.CommandContext(t.Context(), self)
			cmd.Env = append(os.Environ(), migrateEnv+"="+path)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	wg.Wait()
	db := open(t, path, sqlite.Options{MustExist: true})
	var rows, versions int
	if err := db.Querier().QueryRow(t.Context(), "SELECT count(*), count(DISTINCT version_id) FROM schema_version").Scan(&rows, &versions); err != nil {
		t.Fatal(err)
	}
	if have, want, err := db.Version(t.Context()); err != nil || have != want || rows != versions {
		t.Errorf("schema %d of %d in %d rows for %d versions, %v", have, want, rows, versions, err)
	}
}

// Idle tells of room in the streams' pool.
func TestIdle(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "n.db"), sqlite.Options{StreamReaders: 2})
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	reads := db.StreamReads()
	taken := func(ctx context.Context) { // one of its connections, until ctx ends
		t.Helper()
		if err := sqlite.Take(ctx, reads); err != nil {
			t.Fatal(err)
		}
	}
	taken(t.Context())
	if !reads.Idle() {
		t.Error("one of two reads, and it is not idle")
	}
	taken(t.Context())
	if reads.Idle() {
		t.Error("both read, and it is idle")
	}
}
