package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

func TestUsers(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		db := []string{"--database", database}
		user := func(args ...string) string { return succeed(t, append(append([]string{"user"}, args...), db...)...) }
		first := strings.Fields(user("create", "Alice"))
		if len(first) != 3 || first[0] != "Alice" || len(first[1]) != 16 || len(first[2]) != 16 {
			t.Fatalf("user create printed %q", first)
		}
		user("create", "bob", "--locked")
		user("create", "bob", "--host", "Other.Example")
		user("create", "carol", "--admin")
		wantFailed(t, command(t, append([]string{"user", "create", "aLiCe"}, db...)...), "there is a user @aLiCe already")
		wantFailed(t, command(t, append([]string{"user", "suspend", "dave"}, db...)...), `there is no user "dave"`)
		user("suspend", "bob@other.example")
		user("delete", first[1]) // by id
		want := "@Alice admin,deleted|@bob locked|@bob@other.example suspended|@carol admin"
		if got := states(user("list")); got != want {
			t.Errorf("user list: got %s, want %s", got, want)
		}
		user("unsuspend", "@bob@other.example")
		if got := states(user("list")); !strings.Contains(got, "@bob@other.example|") {
			t.Errorf("user list after unsuspend: %s", got)
		}
		if got := succeed(t, append([]string{"token", "list", "alice"}, db...)...); strings.Count(got, "\n") != 1 {
			t.Errorf("a deleted user has tokens: %s", got)
		}
	})
}

// states are the users and states that user list printed.
func states(list string) string {
	var all []string
	for _, line := range strings.Split(strings.TrimSuffix(list, "\n"), "\n")[1:] {
		f := strings.Fields(line) // id, user, date, time, notes, state
		all = append(all, strings.TrimSuffix(f[1]+" "+strings.Join(f[5:], ""), " "))
	}
	return strings.Join(all, "|")
}

func TestPasswords(t *testing.T) {
	database := "sqlite:" + t.TempDir() + "/x.db"
	cheap := []string{"--database", database, "--password-cost", "4"}
	s := start(t, "serve", "--database", database, "--rate-limits", "off")
	signIn := func(password string) int {
		status, _ := call(t, s.url, "signin", map[string]any{"username": "alice", "password": password})
		return status
	}
	succeed(t, append([]string{"user", "create", "alice"}, cheap...)...)
	if status := signIn(""); status == http.StatusOK {
		t.Error("somebody without a password signed in with an empty one")
	}
	file := filepath.Join(t.TempDir(), "password")
	write(t, file, "from a file\r\nsecond line\n")
	succeed(t, append([]string{"user", "password", "alice", "--password-file", file}, cheap...)...)
	if status := signIn("from a file"); status != http.StatusOK {
		t.Errorf("password from a file: %d", status)
	}
	if o := commandWith(t, "from stdin", append([]string{"user", "password", "alice", "--password-file", "-"}, cheap...)...); o.status != exitOK {
		t.Errorf("password from standard input: %+v", o)
	}
	if signIn("from stdin") != http.StatusOK || signIn("from a file") == http.StatusOK {
		t.Error("the password was not replaced")
	}
	t.Setenv("NOTEWIRE_PASSWORD", "from the environment")
	succeed(t, append([]string{"user", "password", "alice"}, cheap...)...)
	if status := signIn("from the environment"); status != http.StatusOK {
		t.Errorf("password from the environment: %d", status)
	}
	write(t, file, "\n")
	wantFailed(t, command(t, append([]string{"user", "password", "alice", "--password-file", file}, cheap...)...), "the first line is empty")
	for _, secret := range []string{"from a file", "from stdin", "from the environment"} {
		if strings.Contains(s.stderr.String(), secret) {
			t.Errorf("the password %q is in the log", secret)
		}
	}
}

// What operators do on the command line ends exactly the sessions that it is
// about, on a server that runs.
func TestRevocationOnTheCommandLine(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		db := []string{"--database", database}
		do := func(args ...string) string { return succeed(t, append(args, db...)...) }
		s := start(t, append([]string{"serve"}, db...)...)
		var secrets []string
		create := func(name string) string {
			token := strings.Fields(do("user", "create", name))[2]
			secrets = append(secrets, token)
			return token
		}
		alice, bob, carol := create("alice"), create("bob"), create("carol")
		app := strings.TrimSpace(do("token", "create", "alice", "--name", "app", "--permission", "read:account"))
		weak := strings.TrimSpace(do("token", "create", "alice", "--name", "weak", "--permission", "write:notes"))
		secrets = append(secrets, app, weak)

		aliceSession, appSession := connect(t, s.url, alice), connect(t, s.url, app)
		bobSession, carolSession := connect(t, s.url, bob), connect(t, s.url, carol)
		join(t, aliceSession, "main")

		var appID string
		for _, line := range strings.Split(do("token", "list", "alice"), "\n") {
			if f := strings.Fields(line); len(f) > 1 && f[1] == "app" {
				appID = f[0]
			}
		}
		if got := do("token", "revoke", "alice", appID); got != "revoked 1\n" {
			t.Errorf("token revoke printed %q", got)
		}
		if code := closed(t, appSession); code != 1008 {
			t.Errorf("the revoked token's session was closed with %d", code)
		}
		wantFailed(t, command(t, append([]string{"token", "revoke", "alice", appID}, db...)...), "1 of 1 tokens are not")

		do("user", "suspend", "bob")
		if code := closed(t, bobSession); code != 1008 {
			t.Errorf("the suspended user's session was closed with %d", code)
		}
		if status, _ := call(t, s.url, "i", map[string]any{"i": bob}); status != http.StatusForbidden {
			t.Errorf("a suspended user's call: %d", status)
		}
		do("user", "unsuspend", "bob")
		do("user", "delete", "carol")
		if code := closed(t, carolSession); code != 1008 {
			t.Errorf("the deleted user's session was closed with %d", code)
		}
		bobSession = connect(t, s.url, bob) // the server has heard of it: events are in order
		// The others are where they were.
		join(t, aliceSession, "homeTimeline")
		join(t, bobSession, "homeTimeline")
		if got := do("token", "revoke", "alice", "--all"); got != "revoked 2\n" {
			t.Errorf("token revoke --all printed %q", got)
		}
		if code := closed(t, aliceSession); code != 1008 {
			t.Errorf("a session of all tokens was closed with %d", code)
		}
		if status := s.end(); status != exitOK {
			t.Errorf("ended with %d", status)
		}
		for _, secret := range secrets {
			if out := s.stdout.String() + s.stderr.String(); strings.Contains(out, secret) {
				t.Errorf("the token %s is in the output: %s", secret, out)
			}
		}
	})
}
