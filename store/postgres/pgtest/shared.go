package pgtest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"
)

// shared is the cluster of this test process; err is why there is none. It is package state because a process's tests have
// nothing else in common.
var shared struct {
	mu      sync.Mutex
	cluster *Cluster
	err     error
}

// Shared returns the one cluster of this test process, started by the first call. It is closed by [Main] or [Suite];
// without them it goes when the process goes. If it cannot be started, each test that asks for it fails with the reason.
func Shared(tb testing.TB) *Cluster {
	tb.Helper()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.cluster == nil && shared.err == nil {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		shared.cluster, shared.err = Start(ctx, Options{})
	}
	if shared.err != nil {
		tb.Fatalf("start a PostgreSQL cluster for tests: %v", shared.err)
	}
	return shared.cluster
}

// Runner is what runs a package's tests: a *testing.M, or something around it.
type Runner interface {
	// Run runs the tests and returns the process's exit code.
	Run() int
}

// Suite is a Runner that closes the shared cluster, if there is one, after the tests of M.
type Suite struct {
	// M runs the tests; usually it is the *testing.M.
	M Runner
}

// Run runs the tests and closes the shared cluster. A cluster that cannot be closed is a failure.
func (s Suite) Run() int {
	code := s.M.Run()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.cluster == nil {
		return code
	}
	if err := shared.cluster.Close(); err != nil {
		fmt.Fprintf(os.Stderr, "close the PostgreSQL cluster for tests: %v\n", err)
		code = max(code, 1)
	}
	shared.cluster = nil
	return code
}

// Main runs the tests and closes the shared cluster; it is Suite{m}.Run(), for `os.Exit(pgtest.Main(m))`.
func Main(m Runner) int {
	return Suite{M: m}.Run()
}
