package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// pollEvery is how often something is looked at that gives no signal of its own.
const pollEvery = 10 * time.Millisecond

// Mode is a way to stop the server.
type Mode int

// The ways to stop, as pg_ctl names them. For one without any order see [Cluster.Kill].
const (
	// Fast rolls open transactions back, disconnects everybody and writes everything to disk.
	Fast Mode = iota
	// Immediate leaves at once; the next start recovers as after a crash.
	Immediate
)

var (
	errClosed  = errors.New("the cluster is closed")
	errRunning = errors.New("the server is already running")
)

// server is a postmaster that was started.
type server struct {
	cmd    *exec.Cmd
	exited chan struct{} // closed when the process has ended and was waited for
}

func (s *server) running() bool {
	if s == nil {
		return false
	}
	select {
	case <-s.exited:
		return false
	default:
		return true
	}
}

// gate waits for a line, then becomes the program in its arguments. At the end of the input, it ends.
const gate = `read -r go && exec "$@" </dev/null`

// Start starts the server of a cluster that was stopped or killed, and returns when it accepts connections again, after
// recovery if that is needed. It is an error if the server is running or the cluster is closed.
func (c *Cluster) Start(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.start(ctx)
}

func (c *Cluster) start(ctx context.Context) error {
	if c.closed {
		return fmt.Errorf("start PostgreSQL: %w", errClosed)
	}
	if c.server.running() {
		return fmt.Errorf("start PostgreSQL: %w", errRunning)
	}
	c.server = nil
	s, err := c.launch()
	if err != nil {
		return err
	}
	c.server = s
	if err := c.awaitReady(ctx, s); err != nil {
		return errors.Join(err, c.kill())
	}
	return nil
}

// launch starts the postmaster's process once the watchdog knows of it.
func (c *Cluster) launch() (*server, error) {
	logFile, err := os.OpenFile(c.log(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open PostgreSQL's log: %w", err)
	}
	defer func() { _ = logFile.Close() }() // The process has its own.

	args := []string{
		"-c", gate, "sh", filepath.Join(c.bin, "postgres"), "-D", c.data(), "-p", strconv.Itoa(c.port), "-h", "127.0.0.1",
		"-c", "unix_socket_directories=" + c.dir, "-c", "hba_file=" + c.hba(),
	}
	for _, name := range slices.Sorted(maps.Keys(c.settings)) {
		args = append(args, "-c", name+"="+c.settings[name])
	}
	cmd := exec.Command("/bin/sh", args...)
	cmd.Dir = c.dir
	cmd.Env = environment()
	cmd.Stdout, cmd.Stderr = logFile, logFile
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: c.owner}
	open, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("make the pipe of PostgreSQL's gate: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start PostgreSQL: %w", err), open.Close())
	}
	err = c.watchdog.guard(cmd.Process.Pid)
	if err == nil {
		_, err = io.WriteString(open, "\n")
	}
	// If the line above was not written, the process ends now.
	err = errors.Join(err, open.Close())
	s := &server{cmd: cmd, exited: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // How it ended is in its log.
		close(s.exited)
	}()
	if err != nil {
		<-s.exited
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	return s, nil
}

// awaitReady returns when the server accepts connections, or when it has ended. It looks where pg_ctl looks, since the
// refusals of early connections would fill the log.
func (c *Cluster) awaitReady(ctx context.Context, s *server) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.exited:
			return fmt.Errorf("PostgreSQL ended at its start; its log ends with: %s", c.logTail())
		case <-ctx.Done():
			return fmt.Errorf("wait for PostgreSQL: %w; its log ends with: %s", ctx.Err(), c.logTail())
		case <-tick.C:
		}
		lines, err := c.pidFile()
		if err != nil {
			return err
		}
		// The file of a killed server lies there until the new one writes its own.
		ours := lines[pidLine] == strconv.Itoa(s.cmd.Process.Pid)
		if ours && strings.TrimSpace(lines[statusLine]) == "ready" {
			return nil
		}
	}
}

// Lines of postmaster.pid, from 0.
const (
	pidLine     = 0 // the postmaster's process number
	segmentLine = 6 // "key id" of its System V shared memory
	statusLine  = 7 // "starting", "ready", "stopping"
	pidLines    = 8
)

// pidFile reads the file in which the postmaster says who and how it is. What it has not written yet is empty.
func (c *Cluster) pidFile() ([]string, error) {
	b, err := os.ReadFile(filepath.Join(c.data(), "postmaster.pid"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read how PostgreSQL is: %w", err)
	}
	lines := strings.Split(string(b), "\n")
	for len(lines) < pidLines {
		lines = append(lines, "")
	}
	return lines, nil
}

// logTail returns the last lines of the server's log.
func (c *Cluster) logTail() string {
	b, err := os.ReadFile(c.log())
	if err != nil {
		return err.Error()
	}
	const most = 2000
	return string(b[max(0, len(b)-most):])
}

// Stop stops the server and waits for its end; ctx bounds the wait. A server that is not running is no error.
func (c *Cluster) Stop(ctx context.Context, m Mode) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stop(ctx, m)
}

func (c *Cluster) stop(ctx context.Context, m Mode) error {
	if !c.server.running() {
		return c.forget()
	}
	sig := syscall.SIGINT
	if m == Immediate {
		sig = syscall.SIGQUIT
	}
	if err := c.server.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop PostgreSQL: %w", err)
	}
	select {
	case <-c.server.exited:
		return c.forget()
	case <-ctx.Done():
		return fmt.Errorf("wait for PostgreSQL's end: %w", ctx.Err())
	}
}

// forget notes that the server has ended.
func (c *Cluster) forget() error {
	if c.server == nil {
		return nil
	}
	c.server = nil
	return c.watchdog.guard(0)
}

// Restart stops the server as Stop does and starts it as Start does.
func (c *Cluster) Restart(ctx context.Context, m Mode) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.stop(ctx, m); err != nil {
		return err
	}
	return c.start(ctx)
}

// PID returns the postmaster's process number, or 0 if it is not running.
func (c *Cluster) PID() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.server.running() {
		return 0
	}
	return c.server.cmd.Process.Pid
}

// Close stops the server at once and removes everything that the cluster is made of. A second Close does nothing.
func (c *Cluster) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	// Nobody wants the data: PostgreSQL itself gives its processes five seconds, then it kills them.
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	err := c.stop(ctx, Immediate)
	if err != nil {
		err = errors.Join(err, c.kill())
	}
	return errors.Join(err, c.watchdog.finish())
}

// exec runs one statement on the database "postgres", on a connection of its own.
func (c *Cluster) exec(ctx context.Context, sql string) (err error) {
	conn, err := pgx.Connect(ctx, c.URL(""))
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("administer PostgreSQL: %w", err)
	}
	return nil
}
