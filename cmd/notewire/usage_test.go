package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestUsage(t *testing.T) {
	db := "sqlite:" + t.TempDir() + "/x.db"
	file := filepath.Join(t.TempDir(), "c.yml")
	for _, c := range []struct {
		name, want string // want: part of what stderr says
		args       []string
	}{
		{"unknown command", "unexpected argument nope", []string{"nope"}},
		{"no subcommand", "expected one of", []string{"user"}},
		{"missing argument", `expected "<user>"`, []string{"user", "suspend"}},
		{"unknown flag", "unknown flag --nope", []string{"serve", "--nope"}},
		{"log level", "--log-level must be one of", []string{"serve", "--log-level", "loud"}},
		{"size", "--max-frame: \"3GB\" is not a size", []string{"serve", "--max-frame", "3GB"}},
		{"negative size", "is not a size", []string{"serve", "--max-frame=-1"}},
		{"huge size", "is not a size", []string{"serve", "--queue-total=9999999999GiB"}},
		{"zero size", "--max-body has to be above 0", []string{"serve", "--max-body", "0"}},
		{"network", "neither a network", []string{"serve", "--trusted-proxies", "10.0.0"}},
		{"duration", "--ping-interval", []string{"serve", "--ping-interval", "soon"}},
		{"zero duration", "--ping-interval has to be at least 1s", []string{"dev", "--ping-interval", "0s"}},
		{"pong before ping", "--pong-timeout has to be at least", []string{"serve", "--pong-timeout", "2s"}},
		{"count", "--max-channels has to be above 0", []string{"serve", "--max-channels", "0"}},
		{"retention", "--event-retention has to be above 0", []string{"serve", "--event-retention", "0s"}},
		{"rate", "--frame-rate has to be above 0", []string{"serve", "--frame-rate", "0"}},
		{"signup host", "--signup-host must be one of", []string{"serve", "--signup-host", "yes"}},
		{"no time for a body", "--body-stall has to be above 0", []string{"serve", "--body-stall", "0s"}},
		{"drain", "--drain has to be", []string{"serve", "--drain=-1s"}},
		{"url", "--url is not a scheme and a host", []string{"serve", "--url", "notes.example"}},
		{"url with a path", "--url is not a scheme and a host", []string{"dev", "--url", "https://notes.example/misskey"}},
		{"password cost", "--password-cost is not between 4 and 31", []string{"serve", "--password-cost", "3"}},
		{"password cost of one", "--password-cost is not between 4 and 31", []string{"user", "create", "alice", "--database", db, "--password-cost", "32"}},
		{"engine", "neither sqlite:FILE nor postgres://", []string{"serve", "--database", "mysql://x", "--listen", "127.0.0.1:0"}},
		{"no file", "needs a file", []string{"migrate", "--database", "sqlite:"}},
		{"username", "1 to 20 letters", []string{"user", "create", "a b", "--database", db}},
		{"no password", "--password-file or NOTEWIRE_PASSWORD", []string{"user", "password", "alice", "--database", db}},
		{"no tokens", "name the ids of tokens, or --all", []string{"token", "revoke", "alice", "--database", db}},
		{"tokens and all", "name the ids of tokens, or --all", []string{"token", "revoke", "alice", "x", "--all", "--database", db}},
		{"profiles for everybody", "--pprof-listen is for this machine only", []string{"serve", "--listen", "127.0.0.1:0", "--pprof-listen", "0.0.0.0:0"}},
		{"no configuration", "opening the configuration file", []string{"serve", "--config", file + ".not"}},
	} {
		t.Run(c.name, func(t *testing.T) { wantUsage(t, command(t, c.args...), c.want) })
	}
	for name, c := range map[string]struct{ yaml, want string }{
		"unknown key":           {"listen: 127.0.0.1:0\nlisten-on: x\nfoo: 1\n", "no such setting: foo, listen-on"},
		"key of one run":        {"check: true\nall: true\n", "no such setting: all, check"},
		"config in config":      {"config: x\n", "no such setting: config"},
		"not YAML":              {"a: [\n", "reading the configuration file"},
		"bad value":             {"max-frame: many\n", "is not a size"},
		"value of another type": {"max-channels: many\n", "--max-channels"},
	} {
		t.Run("file with "+name, func(t *testing.T) {
			write(t, file, c.yaml)
			wantUsage(t, command(t, "serve", "--config", file), c.want)
		})
	}
}

// wantUsage wants exit status 2, nothing on stdout, and one clear line and
// where to look on stderr.
func wantUsage(t *testing.T, o outcome, want string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(o.stderr, "\n"), "\n")
	if o.status != exitUsage || o.stdout != "" || len(lines) != 2 || !strings.HasPrefix(lines[0], "notewire: ") ||
		!strings.Contains(lines[0], want) || !strings.HasPrefix(lines[1], "Try 'notewire ") {
		t.Errorf("ended with %d, stdout %q, stderr %q; want %q", o.status, o.stdout, o.stderr, want)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// settings parses a command line as run does.
func settings(t *testing.T, args ...string) *cli {
	t.Helper()
	c := new(cli)
	parser, err := newParser(c, io.Discard, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parse(parser, args); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFlagOverEnvironmentOverFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.yml")
	write(t, file, "# settings\nping-interval: 7s\nmax-channels: 7\ntext-pong: true\nmax-frame: 7KiB\n"+
		"trusted-proxies: [10.0.0.0/8, 192.0.2.1]\nname: From a file\nframe-rate: 7.5\nregistration:\n")
	t.Setenv("NOTEWIRE_CONFIG", file)

	c := settings(t, "serve").Serve
	if c.PingInterval != 7*time.Second || c.MaxChannels != 7 || !c.TextPong || c.MaxFrame != 7<<10 || c.Name != "From a file" ||
		c.FrameRate != 7.5 || len(c.TrustedProxies) != 2 || c.TrustedProxies[1].String() != "192.0.2.1/32" {
		t.Errorf("from the file: %+v", c)
	}
	if c.Registration != "closed" || c.QueueBytes != 1<<20 || c.Drain != 3*time.Second {
		t.Errorf("defaults beside the file: %+v", c)
	}
	t.Setenv("NOTEWIRE_MAX_CHANNELS", "8")
	t.Setenv("NOTEWIRE_PING_INTERVAL", "8s")
	if c := settings(t, "serve").Serve; c.MaxChannels != 8 || c.PingInterval != 8*time.Second || c.MaxFrame != 7<<10 {
		t.Errorf("from the environment: %+v", c)
	}
	if c := settings(t, "serve", "--max-channels", "9").Serve; c.MaxChannels != 9 || c.PingInterval != 8*time.Second {
		t.Errorf("from flags: %+v", c)
	}
	other := filepath.Join(t.TempDir(), "other.yml")
	write(t, other, "")
	if c := settings(t, "--config", other, "serve").Serve; c.Name != "Notewire" {
		t.Errorf("--config over NOTEWIRE_CONFIG: %+v", c)
	}
}

// What belongs to one run is not taken from what all commands share.
func TestOneRunOnly(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.yml")
	write(t, file, "name: My server\ndatabase: sqlite:shared.db\n")
	t.Setenv("NOTEWIRE_CONFIG", file)
	for _, name := range []string{"ADMIN", "ALL", "CHECK", "VERSION", "HOST", "PERMISSION"} {
		t.Setenv("NOTEWIRE_"+name, "true")
	}
	if c := settings(t, "token", "create", "alice").Token.Create; c.Name != "command line" || c.Database != "sqlite:shared.db" || c.Permission != nil {
		t.Errorf("token create: %+v", c)
	}
	if c := settings(t, "user", "create", "alice").User.Create; c.Admin || c.Host != "" {
		t.Errorf("user create: %+v", c)
	}
	if settings(t, "migrate").Migrate.Check {
		t.Error("migrate --check came from the environment")
	}
	// Everybody knows the tokens of dev: it does not go where serve does.
	if c := settings(t, "dev").Dev; c.Database != "sqlite::memory:" {
		t.Errorf("dev: %+v", c)
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{}, {"--help"}, {"serve", "--help"}, {"dev", "--help"}, {"migrate", "--help"}, {"user", "create", "--help"}, {"token", "revoke", "--help"}, {"--version"}} {
		if o := command(t, args...); o.status != exitOK || o.stdout == "" || o.stderr != "" {
			t.Errorf("%v ended with %d, stdout %q, stderr %q", args, o.status, o.stdout, o.stderr)
		}
	}
}

// The help of serve and dev names every limit, with its default and its unit.
func TestHelpOfLimits(t *testing.T) {
	limits := map[string]string{
		"max-channels": "=32 (count)", "max-captures": "=1536 (count)", "max-frame": "=64KiB (bytes)", "frame-rate": "=50 (frames/s)",
		"frame-burst": "=2048 (count)", "frame-relief": "=10s (duration)", "queue-bytes": "=1MiB (bytes)", "queue-frames": "=2048 (count)",
		"queue-total": "=256MiB (bytes)", "max-user-conns": "=64 (count)", "max-address-conns": "=256 (count)", "handshake-timeout": "=10s (duration)",
		"ping-interval": "=25s (duration)", "pong-timeout": "=1m (duration)", "viewer-linger": "=1m (duration)", "drain": "=3s (duration)",
		"idle-timeout": "=2m (duration)", "body-stall": "=10s (duration)", "body-timeout": "=1h (duration)", "answer-stall": "=30s (duration)",
		"min-rate": "=1KiB (bytes/s)", "keep-alive": "=1m (duration)",
	}
	for _, cmd := range []string{"serve", "dev"} {
		help := strings.Join(strings.Fields(command(t, cmd, "--help").stdout), " ")
		for flag, want := range limits {
			value, unit, _ := strings.Cut(want, " ")
			_, text, found := strings.Cut(help, "--"+flag+value+" ")
			text, _, _ = strings.Cut(text, " --")
			if !found || !strings.Contains(text, unit) || !strings.Contains(text, "$NOTEWIRE_"+strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))) {
				t.Errorf("%s --help does not tell --%s%s with %s: %q", cmd, flag, value, unit, text)
			}
		}
	}
}
