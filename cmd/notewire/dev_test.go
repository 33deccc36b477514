package main

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
)

// demoLine is what dev prints for each of its users.
var demoLine = regexp.MustCompile(`(?m)^([a-z]+) ([0-9a-z]{16}) ([a-z0]{16})$`)

func TestDev(t *testing.T) {
	s := start(t, "dev")
	tokens := map[string]string{}
	for _, m := range demoLine.FindAllStringSubmatch(s.stdout.String(), -1) {
		status, me := call(t, s.url, "i", map[string]any{"i": m[3]})
		if status != http.StatusOK || me["username"] != m[1] || me["id"] != m[2] || me["isLocked"] != (m[1] == "carol") || me["isAdmin"] != (m[1] == "admin") {
			t.Errorf("%s: %d %v", m[1], status, me)
		}
		tokens[m[1]] = m[3]
	}
	if len(tokens) != 4 {
		t.Fatalf("dev printed %s", s.stdout)
	}
	if !strings.Contains(s.stdout.String(), "'ws"+strings.TrimPrefix(s.url, "http")+"/streaming?i=alicetoken000000'") {
		t.Errorf("no address to connect to in %s", s.stdout)
	}

	// What the greeting tells to try.
	c := connect(t, s.url, tokens["alice"])
	join(t, c, "localTimeline")
	if status, body := call(t, s.url, "notes/create", map[string]any{"i": tokens["bob"], "text": "hello"}); status != http.StatusOK {
		t.Fatalf("notes/create: %d %v", status, body)
	}
	var frame struct {
		Body struct {
			Type string
			Body struct{ Text string }
		}
	}
	if err := json.Unmarshal([]byte(hear(t, c)), &frame); err != nil || frame.Body.Type != "note" || frame.Body.Body.Text != "hello" {
		t.Errorf("got %+v, %v", frame, err)
	}
	if status, me := call(t, s.url, "signup", map[string]any{"username": "dave", "password": "x", "host": "other.example"}); status != http.StatusOK || me["host"] != "other.example" {
		t.Errorf("signup with a host: %d %v", status, me)
	}
	if status, me := call(t, s.url, "signin", map[string]any{"username": "bob", "password": "bob"}); status != http.StatusOK {
		t.Errorf("a demo user's password: %d %v", status, me)
	}
	if status := s.end(); status != exitOK {
		t.Errorf("ended with %d: %s", status, s.stderr)
	}
	for name, token := range tokens {
		if strings.Contains(s.stderr.String(), token) {
			t.Errorf("the token of %s is in the log: %s", name, s.stderr)
		}
	}
}

// Nothing of a run of dev stays on the disk.
func TestDevLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	s := start(t, "dev")
	if status := s.end(); status != exitOK {
		t.Fatalf("ended with %d: %s", status, s.stderr)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}

// dev on a database of its own finds its users again, and keeps away from one
// where they are somebody else's.
func TestDevOnAFile(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		var lines []string
		for range 2 {
			s := start(t, "dev", "--database", database)
			lines = append(lines, strings.Join(demoLine.FindAllString(s.stdout.String(), -1), "\n"))
			if status := s.end(); status != exitOK {
				t.Fatalf("ended with %d: %s", status, s.stderr)
			}
		}
		if lines[0] == "" || lines[0] != lines[1] {
			t.Errorf("first %s, then %s", lines[0], lines[1])
		}
	})
	strange := "sqlite:" + t.TempDir() + "/x.db"
	succeed(t, "user", "create", "alice", "--database", strange)
	o := command(t, "dev", "--database", strange, "--listen", "127.0.0.1:0")
	if o.status != exitFailed || !strings.Contains(o.stderr, "@alice is there already and is not the demo user") {
		t.Errorf("ended with %d, stderr %s", o.status, o.stderr)
	}
}

// With --signup-host a server without demo users honours a host in signup; who
// has one is no administrator, though they come first.
func TestSignupHost(t *testing.T) {
	for name, how := range map[string]func(t *testing.T) []string{
		"flag":     func(*testing.T) []string { return []string{"--signup-host", "on"} },
		"variable": func(t *testing.T) []string { t.Setenv("NOTEWIRE_SIGNUP_HOST", "on"); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, database string) {
				s := start(t, append([]string{"serve", "--database", database, "--registration", "open", "--password-cost", "4"}, how(t)...)...)
				status, dave := call(t, s.url, "signup", map[string]any{"username": "dave", "password": "x", "host": "Other.Example"})
				if status != http.StatusOK || dave["host"] != "other.example" || dave["isAdmin"] == true {
					t.Errorf("signup with a host: %d %v", status, dave)
				}
				if status, me := call(t, s.url, "i", map[string]any{"i": dave["token"]}); status != http.StatusOK || me["host"] != "other.example" {
					t.Errorf("their token: %d %v", status, me)
				}
				if status, alice := call(t, s.url, "signup", map[string]any{"username": "alice", "password": "x"}); status != http.StatusOK || alice["host"] != nil || alice["isAdmin"] != true {
					t.Errorf("signup without one: %d %v", status, alice)
				}
				if status, _ := call(t, s.url, "signup", map[string]any{"username": "bob", "password": "x", "host": "not a host"}); status != http.StatusBadRequest {
					t.Errorf("signup with what is no host: %d", status)
				}
				if got := states(succeed(t, "user", "list", "--database", database)); got != "@dave@other.example|@alice admin" {
					t.Errorf("the users are %s", got)
				}
			})
		})
	}
}

// Without dev, and without being told to, a host in signup is not honoured.
func TestServeIgnoresHost(t *testing.T) {
	s := start(t, "serve", "--database", "sqlite::memory:", "--registration", "open", "--password-cost", "4")
	if status, me := call(t, s.url, "signup", map[string]any{"username": "dave", "password": "x", "host": "other.example"}); status != http.StatusOK || me["host"] != nil {
		t.Errorf("got %d %v", status, me)
	}
}

// Registration is closed, but for the first account, which is an administrator.
func TestFirstAccount(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		s := start(t, "serve", "--database", database, "--password-cost", "4")
		status, me := call(t, s.url, "signup", map[string]any{"username": "alice", "password": "x"})
		if status != http.StatusOK || me["isAdmin"] != true {
			t.Errorf("the first account: %d %v", status, me)
		}
		if status, body := call(t, s.url, "signup", map[string]any{"username": "bob", "password": "x"}); status != http.StatusBadRequest || body != nil {
			t.Errorf("the second account: %d %v", status, body)
		}
	})
}
