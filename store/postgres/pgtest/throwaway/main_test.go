package main

import (
	"bufio"
	"io"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun(t *testing.T) {
	stdin, hold := io.Pipe()
	lines, stdout := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(stdin, stdout)
		_ = stdout.Close()
		done <- err
	}()
	url, err := bufio.NewReader(lines).ReadString('\n')
	if err != nil {
		t.Fatalf("read the URL: %v (run: %v)", err, <-done)
	}
	conn, err := pgx.Connect(t.Context(), strings.TrimSpace(url))
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if err := hold.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("after its input ended: %v", err)
	}
	if conn, err := pgx.Connect(t.Context(), strings.TrimSpace(url)); err == nil {
		_ = conn.Close(t.Context())
		t.Error("the cluster outlived run")
	}
}
