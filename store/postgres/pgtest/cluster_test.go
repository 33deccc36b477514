package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

func start(t *testing.T, o Options) *Cluster {
	t.Helper()
	c, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func query[T any](t *testing.T, url, sql string) T {
	t.Helper()
	conn := connect(t, url)
	defer func() { _ = conn.Close(t.Context()) }()
	var v T
	if err := conn.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func execute(t *testing.T, url, sql string) {
	t.Helper()
	conn := connect(t, url)
	defer func() { _ = conn.Close(t.Context()) }()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Fsync: true, Settings: map[string]string{"max_connections": "17"}})
	for sql, want := range map[string]string{
		"SHOW max_connections": "17",
		"SHOW fsync":           "on",
		"SHOW timezone":        "UTC",
		"SHOW server_encoding": "UTF8",
		"SELECT lower('É')":    "é",
	} {
		if got := query[string](t, c.URL(""), sql); got != want {
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}
	if got := query[string](t, Shared(t).URL(""), "SHOW fsync"); got != "off" {
		t.Errorf("fsync of a cluster without options: %q, want off", got)
	}
}

func TestTCPNeedsThePassword(t *testing.T) {
	t.Parallel()
	c := Shared(t)
	if got := query[int](t, c.TCPURL(""), "SELECT 1"); got != 1 {
		t.Errorf("over TCP: %d, want 1", got)
	}
	conn, err := pgx.Connect(t.Context(), strings.Replace(c.TCPURL(""), c.password, "wrong", 1))
	if err == nil {
		_ = conn.Close(t.Context())
		t.Fatal("a wrong password was let in")
	}
	if info, err := os.Stat(c.dir); err != nil {
		t.Error(err)
	} else if info.Mode().Perm() != 0o700 {
		t.Errorf("mode of the directory with the socket: %o, want 700", info.Mode().Perm())
	}
}

func TestDatabasesAreApart(t *testing.T) {
	t.Parallel()
	c := Shared(t)
	template := c.NewDatabase(t)
	execute(t, template.URL, "CREATE TABLE things (id int PRIMARY KEY)")
	execute(t, template.URL, "INSERT INTO things VALUES (1)")

	var wg sync.WaitGroup
	copies := make([]Database, 3)
	for i := range copies {
		wg.Go(func() {
			db, err := c.CreateDatabaseFrom(t.Context(), template.Name)
			if err != nil {
				t.Error(err)
				return
			}
			copies[i] = db
		})
	}
	wg.Wait()
	for i, db := range copies {
		execute(t, db.URL, fmt.Sprintf("INSERT INTO things VALUES (%d)", 10+i))
		if got := query[string](t, db.URL, "SELECT string_agg(id::text, ' ' ORDER BY id) FROM things"); got != fmt.Sprint("1 ", 10+i) {
			t.Errorf("copy %d holds %q", i, got)
		}
	}

	empty, err := c.CreateDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := query[int](t, empty.URL, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"); got != 0 {
		t.Errorf("a new database has %d tables", got)
	}
	// One who is still connected does not keep a database.
	connect(t, empty.URL)
	if err := c.DropDatabase(t.Context(), empty.Name); err != nil {
		t.Fatal(err)
	}
	if got := query[int](t, c.URL(""), "SELECT count(*) FROM pg_database WHERE datname = '"+empty.Name+"'"); got != 0 {
		t.Error("a dropped database is still there")
	}
	if _, err := c.CreateDatabaseFrom(t.Context(), "nowhere"); err == nil {
		t.Error("a copy of a database that does not exist")
	}
}

func TestStopAndStart(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	if err := c.Start(t.Context()); !errors.Is(err, errRunning) {
		t.Errorf("start of a running server: %v", err)
	}
	db, err := c.CreateDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	execute(t, db.URL, "CREATE TABLE things (id int)")

	before := c.PID()
	if err := c.Restart(t.Context(), Fast); err != nil {
		t.Fatal(err)
	}
	if after := c.PID(); after == before || after == 0 {
		t.Errorf("process %d after a restart, %d before", after, before)
	}
	execute(t, db.URL, "INSERT INTO things VALUES (1)")
	if err := c.Stop(t.Context(), Immediate); err != nil {
		t.Fatal(err)
	}
	if got := c.PID(); got != 0 {
		t.Errorf("process %d of a stopped server", got)
	}
	if conn, err := pgx.Connect(t.Context(), db.URL); err == nil {
		_ = conn.Close(t.Context())
		t.Error("a stopped server let somebody in")
	}
	if err := c.Stop(t.Context(), Fast); err != nil {
		t.Errorf("stop of a stopped server: %v", err)
	}
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := query[int](t, db.URL, "SELECT count(*) FROM things"); got != 1 {
		t.Errorf("%d rows after an immediate stop, want 1", got)
	}
}

func TestKillAndRecover(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	execute(t, c.URL(""), "CREATE TABLE things (id int)")
	execute(t, c.URL(""), "INSERT INTO things VALUES (1)")
	open := connect(t, c.URL(""))
	for _, sql := range []string{"BEGIN", "INSERT INTO things VALUES (2)"} {
		if _, err := open.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	postmaster := c.PID()
	backend := int(open.PgConn().PID())

	if err := c.Kill(); err != nil {
		t.Fatal(err)
	}
	all, err := processes()
	if err != nil {
		t.Fatal(err)
	}
	if !all[postmaster].ended() || !all[backend].ended() {
		t.Errorf("after the kill: postmaster %+v, backend %+v", all[postmaster], all[backend])
	}
	if _, err := open.Exec(t.Context(), "COMMIT"); err == nil {
		t.Error("a killed server committed")
	}
	if err := c.Kill(); err != nil {
		t.Errorf("kill of a killed server: %v", err)
	}
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if log, err := os.ReadFile(c.log()); err != nil {
		t.Error(err)
	} else if !strings.Contains(string(log), "automatic recovery in progress") {
		t.Errorf("the server did not recover from a crash; its log: %s", log)
	}
	if got := query[string](t, c.URL(""), "SELECT string_agg(id::text, ' ') FROM things"); got != "1" {
		t.Errorf("rows after recovery: %q, want only the committed one", got)
	}
}

func TestCloseLeavesNothing(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*Cluster) error{
		"running": func(*Cluster) error { return nil },
		"stopped": func(c *Cluster) error { return c.Stop(context.Background(), Fast) },
		"killed":  (*Cluster).Kill,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := start(t, Options{})
			postmaster := c.PID()
			if err := before(c); err != nil {
				t.Fatal(err)
			}
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
			assertGone(t, postmaster, c.watchdog.cmd.Process.Pid)
			if _, err := os.Stat(c.dir); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the directory after Close: %v", err)
			}
			if err := c.Start(t.Context()); !errors.Is(err, errClosed) {
				t.Errorf("start of a closed cluster: %v", err)
			}
			if err := c.Close(); err != nil {
				t.Errorf("second Close: %v", err)
			}
		})
	}
}

func assertGone(t *testing.T, pids ...int) {
	t.Helper()
	all, err := processes()
	if err != nil {
		t.Fatal(err)
	}
	for _, pid := range pids {
		if p := all[pid]; !p.ended() {
			t.Errorf("process %d is still there: %+v", pid, p)
		}
	}
}

func TestFailedStartLeavesNothing(t *testing.T) {
	// Not parallel: meanwhile no other test of this process makes a directory.
	before := ownDirs(t)
	_, err := Start(t.Context(), Options{Settings: map[string]string{"no_such_setting": "1"}})
	if err == nil || !strings.Contains(err.Error(), "no_such_setting") {
		t.Errorf("start with an unknown setting: %v, want an error with the server's own words", err)
	}
	if after := ownDirs(t); !slices.Equal(before, after) {
		t.Errorf("directories before a failed start: %v, after: %v", before, after)
	}
}

func ownDirs(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, base := range []string{"/tmp", os.TempDir()} {
		dirs, err := filepath.Glob(filepath.Join(base, dirPattern()))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, dirs...)
	}
	return all
}

// TestDiesWithTheTests kills a process that has a cluster; nobody is left who could close it.
func TestDiesWithTheTests(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), envVictim+"=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	var dir string
	if _, err := fmt.Fscanln(out, &pid, &dir); err != nil {
		t.Fatal(err)
	}
	all, err := processes()
	if err != nil {
		t.Fatal(err)
	}
	if all[pid].ended() {
		t.Fatalf("the victim's postmaster %d does not run", pid)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the victim ended well")
	}
	err = until(func(all map[int]process) bool {
		_, err := os.Stat(dir)
		return all[pid].ended() && errors.Is(err, os.ErrNotExist)
	})
	if err != nil {
		t.Errorf("postmaster %d and %s after their owner's death: %v", pid, dir, err)
	}
}
