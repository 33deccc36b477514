package main

import (
	"bufio"
	"database/sql"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"notewire/store/postgres/pgtest"
)

// process starts the program in a process of its own and waits for its address.
func process(t *testing.T, args ...string) (p *exec.Cmd, url string, stdout io.Reader, stderr *log) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p = exec.CommandContext(t.Context(), self, append(args, "--listen", "127.0.0.1:0")...)
	p.Env = append(os.Environ(), asProgram+"=1")
	p.Dir = t.TempDir()
	stderr = new(log)
	p.Stderr = stderr
	pipe, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.ProcessState == nil {
			_ = p.Process.Kill()
			_ = p.Wait()
		}
	})
	r := bufio.NewReader(pipe)
	line, err := r.ReadString('\n')
	if err != nil {
		t.Fatalf("no address: %v, %s", err, stderr)
	}
	url, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "notewire is listening on ")
	if !ok {
		t.Fatalf("the first line is %q", line)
	}
	return p, url, r, stderr
}

func TestTerminate(t *testing.T) {
	p, url, stdout, stderr := process(t, "serve", "--drain", "0s")
	if status, _ := call(t, url, "ping", map[string]any{}); status != http.StatusOK { // it accepts connections
		t.Errorf("ping: %d", status)
	}
	_, me := call(t, url, "signup", map[string]any{"username": "alice", "password": "x"})
	token, _ := me["token"].(string)
	c := connect(t, url, token)
	join(t, c, "main")
	terminate(t, p)
	if code := closed(t, c); code != 1012 {
		t.Errorf("the client was closed with %d", code)
	}
	rest, err := io.ReadAll(stdout)
	if err != nil || len(rest) != 0 {
		t.Errorf("more than one line on stdout: %q, %v", rest, err)
	}
	if err := p.Wait(); err != nil {
		t.Errorf("it ended with %v: %s", err, stderr)
	}
	if token == "" || strings.Contains(stderr.String(), token) {
		t.Errorf("token %q in the log: %s", token, stderr)
	}
}

// A second signal does not wait for clients that do not answer.
func TestTerminateTwice(t *testing.T) {
	p, url, _, stderr := process(t, "serve", "--drain", "1h")
	for range 2 { // the first is closed at once, the second an hour later
		join(t, connectAnonymous(t, url), "localTimeline")
	}
	terminate(t, p)
	stderr.wait(t, "draining")
	terminate(t, p)
	if err := p.Wait(); err == nil || err.Error() != "signal: terminated" {
		t.Errorf("it ended with %v: %s", err, stderr)
	}
}

func terminate(t *testing.T, p *exec.Cmd) {
	t.Helper()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

func TestServeSaysItsAddressOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		s := start(t, "serve", "--database", database)
		if status, _ := call(t, s.url, "ping", map[string]any{}); status != http.StatusOK {
			t.Errorf("ping: %d", status)
		}
		c := connectAnonymous(t, s.url)
		join(t, c, "localTimeline")
		s.stop()
		if code := closed(t, c); code != 1012 {
			t.Errorf("the client was closed with %d", code)
		}
		if status := s.end(); status != exitOK || s.stdout.String() != "notewire is listening on "+s.url+"\n" {
			t.Errorf("ended with %d, stdout %q, stderr %s", status, s.stdout, s.stderr)
		}
	})
}

// A port that is taken, and databases that cannot be used: one clear line.
func TestCannotServe(t *testing.T) {
	other := start(t, "serve", "--database", "sqlite::memory:")
	dir := t.TempDir()
	cluster := pgtest.Shared(t)

	newSQLite := "sqlite:" + dir + "/new.db"
	succeed(t, "migrate", "--database", newSQLite)
	db, err := sql.Open("sqlite", dir+"/new.db")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "INSERT INTO schema_version (version_id, is_applied) VALUES (999, 1)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	newPostgres, readOnly := cluster.NewDatabase(t), cluster.NewDatabase(t)
	for url, statement := range map[string]string{
		newPostgres.URL: "INSERT INTO schema_version (version_id, is_applied) VALUES (999, TRUE)",
		readOnly.URL:    "ALTER DATABASE " + readOnly.Name + " SET default_transaction_read_only = on",
	} {
		succeed(t, "migrate", "--database", url)
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
		if err := conn.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	write(t, dir+"/text", strings.Repeat("this is no database\n", 100))
	for name, c := range map[string]struct{ database, listen, want string }{
		"port taken":          {"sqlite::memory:", strings.TrimPrefix(other.url, "http://"), "address already in use"},
		"no port":             {"sqlite::memory:", "localhost", "missing port"},
		"postgres refuses":    {"postgres://someone:hunter2@127.0.0.1:1/x", "", "connection refused"},
		"postgres URL":        {"postgres://someone:hunter2%@127.0.0.1:1/x", "", "special characters"},
		"no such folder":      {"sqlite:" + dir + "/none/x.db", "", "there is no folder"},
		"a folder":            {"sqlite:" + dir, "", "not a regular file"},
		"not a database":      {"sqlite:" + dir + "/text", "", "not a database"},
		"newer, SQLite":       {newSQLite, "", "newer"},
		"newer, PostgreSQL":   {newPostgres.URL, "", "newer"},
		"read-only":           {readOnly.URL, "", "read-only"},
		"no such PG database": {strings.Replace(readOnly.URL, readOnly.Name, "nobody_made_it", 1), "", "does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.listen == "" {
				c.listen = "127.0.0.1:0"
			}
			wantFailed(t, command(t, "serve", "--database", c.database, "--listen", c.listen, "--files", t.TempDir()), c.want)
		})
	}
}

// wantFailed wants exit status 1, nothing on stdout, and one clear line.
func wantFailed(t *testing.T, o outcome, want string) {
	t.Helper()
	if o.status != exitFailed || o.stdout != "" || strings.Count(o.stderr, "\n") != 1 || !strings.HasPrefix(o.stderr, "notewire: ") || !strings.Contains(o.stderr, want) {
		t.Errorf("ended with %d, stdout %q, stderr %q; want %q", o.status, o.stdout, o.stderr, want)
	}
	if strings.Contains(o.stderr, "hunter2") {
		t.Errorf("a password is told: %s", o.stderr)
	}
}

func TestMigrate(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		if o := command(t, "migrate", "--check", "--database", database); o.status != exitFailed {
			t.Errorf("an empty database passes: %+v", o)
		}
		first := succeed(t, "migrate", "--database", database)
		if !strings.HasPrefix(first, "schema ") {
			t.Errorf("migrate printed %q", first)
		}
		for _, args := range [][]string{{"migrate"}, {"migrate", "--check"}} {
			if again := succeed(t, append(args, "--database", database)...); again != first {
				t.Errorf("%v printed %q, then %q", args, first, again)
			}
		}
	})
}

// Looking does not make a file.
func TestNoFileIsMade(t *testing.T) {
	path := t.TempDir() + "/x.db"
	for _, args := range [][]string{{"migrate", "--check"}, {"user", "list"}, {"user", "suspend", "alice"}, {"token", "list", "alice"}} {
		wantFailed(t, command(t, append(args, "--database", "sqlite:"+path)...), "there is no such file")
		if _, err := os.Stat(path); err == nil {
			t.Fatalf("%v made the file", args)
		}
	}
}
