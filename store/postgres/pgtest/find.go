package pgtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// EnvBin names the environment variable that holds the directory of the server programs. If it is set, no other place
// is looked at.
const EnvBin = "NOTEWIRE_PG_BIN"

// ErrNoPostgreSQL says that the server programs were not found. Errors that wrap it say where they were sought.
var ErrNoPostgreSQL = errors.New("no PostgreSQL server programs (initdb, postgres); on Debian: apt-get install postgresql")

// places are the directories outside PATH where distributions keep the server programs; .ci/require has the same list.
var places = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin",
}

// findBin returns the directory that holds initdb and postgres: chosen, if it is not empty, otherwise the first of PATH,
// otherwise the newest version that matches one of patterns.
func findBin(chosen string, patterns []string) (string, error) {
	if chosen != "" {
		if !hasServer(chosen) {
			return "", fmt.Errorf("%w: not in %s, which was asked for", ErrNoPostgreSQL, chosen)
		}
		return chosen, nil
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if filepath.IsAbs(dir) && hasServer(dir) {
			return dir, nil
		}
	}
	var found []string
	for _, pattern := range patterns {
		dirs, err := filepath.Glob(pattern)
		if err != nil {
			return "", fmt.Errorf("look for PostgreSQL in %s: %w", pattern, err)
		}
		for _, dir := range dirs {
			if hasServer(dir) {
				found = append(found, dir)
			}
		}
	}
	if len(found) == 0 {
		return "", fmt.Errorf("%w: not in PATH nor in %v, and %s is not set", ErrNoPostgreSQL, patterns, EnvBin)
	}
	return slices.MaxFunc(found, func(a, b string) int {
		va, vb := version(a), version(b)
		switch {
		case va < vb:
			return -1
		case va > vb:
			return 1
		}
		return 0
	}), nil
}

func hasServer(dir string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := exec.LookPath(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

var versionPattern = regexp.MustCompile(`\d+(\.\d+)?`)

// version reads the version out of a path such as /usr/lib/postgresql/9.6/bin; without one it is 0.
func version(dir string) float64 {
	all := versionPattern.FindAllString(dir, -1)
	if len(all) == 0 {
		return 0
	}
	v, err := strconv.ParseFloat(all[len(all)-1], 64)
	if err != nil {
		return 0
	}
	return v
}
