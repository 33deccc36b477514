package chaostest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"notewire/store/postgres/pgtest"
)

// patience is how long a test waits for what has to come. It fails a test that
// would hang, and decides nothing else.
const patience = 90 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(withBinary{pgtest.Suite{M: m}}) }

// built is the binary under test, made by the first test that asks for it. It
// is package state because the tests of a process have it in common.
var built struct {
	once sync.Once
	dir  string
	path string
	err  error
}

// withBinary removes the binary after the tests.
type withBinary struct{ pgtest.Runner }

// Run implements pgtest.Runner.
func (w withBinary) Run() int {
	code := w.Runner.Run()
	if built.dir != "" {
		if err := os.RemoveAll(built.dir); err != nil {
			fmt.Fprintln(os.Stderr, "removing the binary under test:", err)
			code = max(code, 1)
		}
	}
	return code
}

// binary is the path of the binary under test.
func binary(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("CHAOS_BINARY"); path != "" {
		return path
	}
	built.once.Do(func() {
		built.dir, built.err = os.MkdirTemp("", "notewire-chaos-") //nolint:usetesting // it outlives the test that asked first
		if built.err != nil {
			return
		}
		built.path = filepath.Join(built.dir, "notewire")
		args := []string{"build", "-o", built.path}
		if raceEnabled {
			args = append(args, "-race")
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
		defer cancel()
		if out, err := exec.CommandContext(ctx, "go", append(args, "notewire/cmd/notewire")...).CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	if built.err != nil {
		t.Fatalf("build the binary under test: %v", built.err)
	}
	return built.path
}

// chosenSeed is the seed that was asked for, or a new one.
func chosenSeed(t *testing.T) uint64 {
	t.Helper()
	text := os.Getenv("CHAOS_SEED")
	if text == "" {
		return uint64(time.Now().UnixNano())
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("CHAOS_SEED: %v", err)
	}
	return seed
}

// chosenLength is how long a run is to be.
func chosenLength(t *testing.T, short time.Duration) time.Duration {
	t.Helper()
	text := os.Getenv("CHAOS_SECONDS")
	if text == "" {
		return short
	}
	seconds, err := strconv.Atoi(text)
	if err != nil || seconds <= 0 {
		t.Fatalf("CHAOS_SECONDS: %q is no number of seconds", text)
	}
	return time.Duration(seconds) * time.Second
}
