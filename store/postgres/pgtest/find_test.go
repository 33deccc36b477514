package pgtest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFindBin(t *testing.T) {
	tests := map[string]struct {
		path    string   // a directory to be in PATH
		chosen  string   // what was asked for
		servers []string // directories with both programs
		clients []string // directories with psql only
		want    string   // "" is ErrNoPostgreSQL
	}{
		"newest by number":              {servers: []string{"9.6/bin", "15/bin", "8.4/bin"}, want: "15/bin"},
		"without the server":            {clients: []string{"17/bin"}, servers: []string{"15/bin"}, want: "15/bin"},
		"PATH first":                    {path: "mine", servers: []string{"mine", "17/bin"}, want: "mine"},
		"what was asked for":            {chosen: "13/bin", path: "mine", servers: []string{"mine", "13/bin", "17/bin"}, want: "13/bin"},
		"what was asked for is not one": {chosen: "13/bin", servers: []string{"17/bin"}},
		"nowhere":                       {clients: []string{"17/bin"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			// The temporary directory's own name has digits in it, as real paths may.
			root := t.TempDir()
			for _, dir := range tt.servers {
				program(t, filepath.Join(root, dir, "initdb"))
				program(t, filepath.Join(root, dir, "postgres"))
			}
			for _, dir := range tt.clients {
				program(t, filepath.Join(root, dir, "psql"))
			}
			t.Setenv("PATH", filepath.Join(root, "none")+":"+filepath.Join(root, tt.path))
			chosen := ""
			if tt.chosen != "" {
				chosen = filepath.Join(root, tt.chosen)
			}
			got, err := findBin(chosen, []string{filepath.Join(root, "*", "bin")})
			if tt.want == "" {
				if !errors.Is(err, ErrNoPostgreSQL) || !strings.Contains(err.Error(), "apt-get install postgresql") {
					t.Fatalf("%q, %v; want ErrNoPostgreSQL, which says what to install", got, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if want := filepath.Join(root, tt.want); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
}

func program(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestStartWithoutPostgreSQL(t *testing.T) {
	c, err := Start(t.Context(), Options{BinDir: t.TempDir()})
	if !errors.Is(err, ErrNoPostgreSQL) {
		t.Errorf("%v, %v; want ErrNoPostgreSQL", c, err)
	}
}
