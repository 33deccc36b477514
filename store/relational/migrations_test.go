package relational_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"notewire/store/relational"
)

func TestMigrationsAreOneSequence(t *testing.T) {
	own := fstest.MapFS{"own/00001_event.sql": {Data: []byte("-- first ID_TEXT")}}
	merged, err := relational.Migrations(own, "own", "TEXT COLLATE x")
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(merged, "*.sql")
	if err != nil || len(names) < 2 || names[0] != "00001_event.sql" {
		t.Fatalf("names %q, %v", names, err)
	}
	filled := 0
	for _, name := range names {
		text, err := fs.ReadFile(merged, name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "ID_TEXT") {
			t.Errorf("%s: the type of ids was not filled in", name)
		}
		filled += strings.Count(string(text), "TEXT COLLATE x")
	}
	if filled < len(names) {
		t.Errorf("the type of ids stands in the migrations %d times", filled)
	}
	if entries, err := fs.ReadDir(merged, "."); err != nil || len(entries) != len(names) {
		t.Errorf("%d entries, %v, want %d", len(entries), err, len(names))
	}
	if _, err := fs.ReadFile(merged, "none.sql"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v, want ErrNotExist", err)
	}
}

func TestMigrationsRefuseDoubles(t *testing.T) {
	shared, err := relational.Migrations(fstest.MapFS{"own": {Mode: fs.ModeDir}}, "own", "TEXT")
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(shared, "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("no shared migrations: %v", err)
	}
	if _, err := relational.Migrations(fstest.MapFS{"own/" + names[0]: {}}, "own", "TEXT"); err == nil {
		t.Errorf("a second %s was accepted", names[0])
	}
	if _, err := relational.Migrations(fstest.MapFS{}, "missing", "TEXT"); err == nil {
		t.Error("a missing folder was accepted")
	}
}
