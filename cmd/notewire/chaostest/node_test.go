package chaostest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// node is one `notewire serve` that can be killed, stopped and started again.
// Each start is another process with another address.
type node struct {
	name string
	bin  string
	args []string
	log  string // file that all its processes append to

	mu      sync.Mutex
	cmd     *exec.Cmd
	url     string        // empty: it does not serve
	ended   chan struct{} // closed when the process is gone
	started int
}

// newNode makes a node that is not running yet. More are flags of serve.
func newNode(t *testing.T, name, database string, more ...string) *node {
	t.Helper()
	dir := t.TempDir()
	logs := os.Getenv("CHAOS_LOGS")
	if logs == "" {
		logs = dir
	}
	n := &node{
		name: name, bin: binary(t), log: filepath.Join(logs, strings.ReplaceAll(t.Name(), "/", "-")+"-"+name+".log"),
		args: append([]string{
			"serve", "--listen", "127.0.0.1:0", "--database", database, "--registration", "open", "--rate-limits", "off",
			"--password-cost", "4", "--files", filepath.Join(dir, "files"), "--drain", "500ms",
		}, more...),
	}
	t.Cleanup(func() {
		n.kill()
		n.examine(t)
	})
	return n
}

// start starts the process and returns when it serves, or with what it said if
// it ended before.
func (n *node) start(ctx context.Context) error {
	out, err := os.OpenFile(n.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = out.Close() }() // the process has its own
	cmd := exec.Command(n.bin, n.args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "GORACE=halt_on_error=0"}
	cmd.Stderr = out
	cmd.SysProcAttr = ownProcessGroup()
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	n.mu.Lock()
	n.cmd, n.ended, n.url = cmd, ended, ""
	n.started++
	n.mu.Unlock()

	address := make(chan string, 1)
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(pipe)
		for lines.Scan() {
			if url, ok := strings.CutPrefix(lines.Text(), "notewire is listening on "); ok {
				address <- url
			}
		}
		_ = cmd.Wait() // how it ended is in its ProcessState
		n.mu.Lock()
		n.url = ""
		n.mu.Unlock()
	}()
	select {
	case url := <-address:
		n.mu.Lock()
		n.url = url
		n.mu.Unlock()
		return nil
	case <-ended:
		return fmt.Errorf("%s ended at its start: %s", n.name, n.tail())
	case <-ctx.Done():
		n.kill()
		return fmt.Errorf("%s does not start: %w: %s", n.name, ctx.Err(), n.tail())
	}
}

// startAgain is start, tried until the database lets it.
func (n *node) startAgain(ctx context.Context) error {
	for {
		err := n.start(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return err
		}
	}
}

// address is where the node serves; empty if it does not.
func (n *node) address() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.url
}

// signal sends the process a signal, if it is there.
func (n *node) signal(s syscall.Signal) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cmd != nil {
		if err := n.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
			panic(fmt.Sprintf("signal %s: %v", n.name, err)) // it is our own child
		}
	}
}

// wait returns when the process is gone.
func (n *node) wait(ctx context.Context) error {
	n.mu.Lock()
	ended := n.ended
	n.mu.Unlock()
	if ended == nil {
		return nil
	}
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s does not end: %w: %s", n.name, ctx.Err(), n.tail())
	}
}

// kill ends the process by SIGKILL, and returns when it is gone.
func (n *node) kill() {
	n.mu.Lock()
	n.url = ""
	n.mu.Unlock()
	n.signal(syscall.SIGKILL)
	_ = n.wait(context.Background()) // no deadline, no error
}

// terminate ends the process by SIGTERM, and returns when it has drained.
func (n *node) terminate(ctx context.Context) error {
	n.signal(syscall.SIGTERM)
	return n.wait(ctx)
}

func (n *node) output() string {
	b, err := os.ReadFile(n.log)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func (n *node) tail() string {
	out := n.output()
	return out[max(0, len(out)-3000):]
}

// examine fails the test if the node's output tells of a race or a panic.
func (n *node) examine(t *testing.T) {
	t.Helper()
	out := n.output()
	for _, bad := range []string{"DATA RACE", "panic:", "fatal error:"} {
		if at := strings.Index(out, bad); at >= 0 {
			t.Errorf("%s: %q in its log: …%s", n.name, bad, out[max(0, at-200):min(len(out), at+3000)])
		}
	}
}
