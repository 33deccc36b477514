package app

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
)

// small is a Config of a server that a test can start.
func small(t *testing.T) Config {
	t.Helper()
	return Config{
		Listen: "127.0.0.1:0", MetricsListen: "127.0.0.1:0", ProfilesListen: "127.0.0.1:0",
		Database: DatabaseConfig{URL: "sqlite::memory:"}, API: APILimits{Files: t.TempDir(), PasswordCost: 4},
	}
}

// Whoever connects between New and Run is answered by Run. Afterwards nothing is
// open any more.
func TestRunAnswersWhoCameBefore(t *testing.T) {
	a, err := New(t.Context(), small(t))
	if err != nil {
		t.Fatal(err)
	}
	early, err := net.Dial("tcp", a.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = early.Close() }()
	if _, err := io.WriteString(early, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	if answer, err := io.ReadAll(early); err != nil || len(answer) == 0 {
		t.Errorf("answered %q, %v", answer, err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for _, addr := range []string{a.Addr(), a.MetricsAddr()} {
		if c, err := net.Dial("tcp", addr); err == nil {
			_ = c.Close()
			t.Errorf("%s is still open", addr)
		}
	}
	if _, err := a.Database().Queries().UserByName(t.Context(), "alice", ""); err == nil {
		t.Error("the database is still open")
	}
}

// What Hooks.Ready refuses ends the server, with its error.
func TestReadyRefuses(t *testing.T) {
	refusal := errors.New("not like this")
	c := small(t)
	c.Hooks.Ready = func(_ context.Context, a *App) error {
		res, err := http.Get(a.URL() + "/healthz") // clients are let in by then
		if err != nil {
			return err
		}
		_ = res.Body.Close()
		http.DefaultClient.CloseIdleConnections()
		return refusal
	}
	a, err := New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Run(t.Context()); !errors.Is(err, refusal) {
		t.Errorf("ended with %v", err)
	}
}

// An App that is not run is closed by Close, as often as somebody likes.
func TestCloseWithoutRun(t *testing.T) {
	a, err := New(t.Context(), small(t))
	if err != nil {
		t.Fatal(err)
	}
	a.Close()
	a.Close()
	if c, err := net.Dial("tcp", a.Addr()); err == nil {
		_ = c.Close()
		t.Error("it still listens")
	}
}
