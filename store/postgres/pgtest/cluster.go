package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
)

// superuser is the role that tests connect as.
const superuser = "notewire"

// Options says what a cluster is like. The zero value is what most tests want.
type Options struct {
	// BinDir is the directory that holds initdb and postgres. Default: $NOTEWIRE_PG_BIN, otherwise PATH, otherwise the
	// newest in the usual places.
	BinDir string
	// Fsync makes commits wait for the disk, as in production. Default: false; see the package documentation.
	Fsync bool
	// Settings are server parameters, as in postgresql.conf ("max_connections": "20"). They override the package's own.
	Settings map[string]string
}

// Cluster is a private PostgreSQL server with its data. It is made by [Start] and has to be closed.
type Cluster struct {
	bin      string
	dir      string
	owner    *syscall.Credential // nil: whoever runs the tests
	settings map[string]string
	password string // asked for on TCP
	port     int    // names the socket too; the same for the whole life, so that clients find the server again
	watchdog *watchdog
	names    atomic.Int64 // numbers the databases

	mu     sync.Mutex // held while the server is being started or stopped
	server *server    // nil: stopped
	closed bool
}

// Start makes a cluster and starts it, and returns when it accepts connections. It takes about a second, and ctx bounds it;
// after that ctx has no meaning for the cluster.
//
// If the server programs are missing, the error wraps [ErrNoPostgreSQL].
func Start(ctx context.Context, o Options) (*Cluster, error) {
	chosen := o.BinDir
	if chosen == "" {
		chosen = os.Getenv(EnvBin)
	}
	bin, err := findBin(chosen, places)
	if err != nil {
		return nil, err
	}
	owner, err := serverUser()
	if err != nil {
		return nil, err
	}
	dir, err := makeDir(owner)
	if err != nil {
		return nil, err
	}
	w, err := startWatchdog(dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	c := &Cluster{bin: bin, dir: dir, owner: owner, settings: settings(o), password: rand.Text(), watchdog: w}
	if err := c.setUp(ctx, o); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// setUp makes the data, starts the server for the first time and gives the superuser its password.
func (c *Cluster) setUp(ctx context.Context, o Options) error {
	if err := c.initdb(ctx, o); err != nil {
		return err
	}
	const attempts = 5
	for attempt := 1; ; attempt++ {
		port, err := freePort(ctx)
		if err != nil {
			return err
		}
		c.port = port
		err = c.Start(ctx)
		if err == nil {
			break
		}
		// Somebody else took the port between the look and the start.
		if attempt == attempts || !strings.Contains(err.Error(), "could not bind") {
			return err
		}
	}
	// The password is made of letters and digits, so it needs no quoting.
	return c.exec(ctx, "ALTER ROLE "+superuser+" PASSWORD '"+c.password+"'")
}

func (c *Cluster) initdb(ctx context.Context, o Options) error {
	hba := fmt.Sprintf("local all %[1]s trust\nhost all %[1]s 127.0.0.1/32 scram-sha-256\n", superuser)
	if err := os.WriteFile(c.hba(), []byte(hba), 0o644); err != nil { //nolint:gosec // The server runs as another user and has to read it; it holds no secret.
		return fmt.Errorf("write the access rules: %w", err)
	}
	args := []string{"--pgdata", c.data(), "--username", superuser, "--auth", "trust", "--encoding", "UTF8", "--locale", locale()}
	if !o.Fsync {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, "initdb"), args...)
	cmd.Dir = c.dir
	cmd.Env = environment()
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.owner}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// settings are the server parameters of a cluster with these options, but for those that Start needs itself.
func settings(o Options) map[string]string {
	s := map[string]string{
		"max_connections": "200",
		"shared_buffers":  "64MB",
		"timezone":        "UTC",
		"lc_messages":     "C",
		// In the cluster's directory, so that nothing is left in /dev/shm after a kill.
		"dynamic_shared_memory_type": "mmap",
	}
	if !o.Fsync {
		s["fsync"] = "off"
		s["full_page_writes"] = "off"
	}
	for name, value := range o.Settings {
		s[name] = value
	}
	return s
}

// locale is one that sorts by code point and knows letters beyond ASCII.
func locale() string {
	if runtime.GOOS == "linux" {
		return "C.UTF-8"
	}
	return "C"
}

// environment is what the server programs see: nothing of the caller's PG… and LC_… variables.
func environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=" + locale()}
}

// freePort finds a TCP port below those that systems hand out to outgoing connections: while the server is down, such a
// connection could otherwise take its port, even one of a client that tries to reach it.
func freePort(ctx context.Context) (int, error) {
	var lc net.ListenConfig
	var last error
	for range 50 {
		var b [2]byte
		if _, err := rand.Read(b[:]); err != nil {
			return 0, fmt.Errorf("draw a port: %w", err)
		}
		port := 20000 + (int(b[0])<<8|int(b[1]))%12000
		l, err := lc.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			last = err
			continue
		}
		return port, l.Close()
	}
	return 0, fmt.Errorf("find a free port: %w", last)
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }
func (c *Cluster) hba() string  { return filepath.Join(c.dir, "hba.conf") }
func (c *Cluster) log() string  { return filepath.Join(c.dir, "log") }

// URL returns the connection URL of a database, by way of the socket, as the superuser. Without a database it is that
// of "postgres". It stays valid across Stop, Kill and Start.
func (c *Cluster) URL(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + orPostgres(database)}
	u.RawQuery = url.Values{"host": {c.dir}, "port": {strconv.Itoa(c.port)}, "sslmode": {"disable"}}.Encode()
	return u.String()
}

// TCPURL returns the connection URL of a database by way of TCP on 127.0.0.1, with the superuser's password in it. It is for
// tests that put a proxy in between; connecting is slower than by URL, since the password is checked.
func (c *Cluster) TCPURL(database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(superuser, c.password),
		Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)),
		Path:     "/" + orPostgres(database),
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

func orPostgres(database string) string {
	if database == "" {
		return "postgres"
	}
	return database
}
