//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// process is a program that is measured.
type process struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	errs *tail
	port int
}

// tail keeps the end of what a program says on its standard error.
type tail struct {
	mu sync.Mutex
	b  bytes.Buffer
}

const tailBytes = 4096

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b.Write(p)
	if over := t.b.Len() - tailBytes; over > 0 {
		t.b.Next(over)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}

// start runs a program and waits until it prints a line that ends in an
// address, which every program here does when it listens.
func start(ctx context.Context, name string, args ...string) (*process, error) {
	p := &process{cmd: exec.CommandContext(ctx, name, args...), errs: &tail{}}
	p.cmd.Stderr = p.errs
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // it never outlives this program
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(os.Interrupt) }
	p.cmd.WaitDelay = 20 * time.Second
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("making a pipe: %w", err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("making a pipe: %w", err)
	}
	p.out = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	line, err := p.out.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("%s does not listen: %w\n%s", name, errors.Join(err, p.stop()), p.errs)
	}
	words := strings.Fields(line)
	addr := words[len(words)-1]
	if u, err := url.Parse(addr); err == nil && u.Host != "" {
		addr = u.Host
	}
	_, port, err := net.SplitHostPort(addr)
	if err == nil {
		p.port, err = strconv.Atoi(port)
	}
	if err != nil {
		return nil, fmt.Errorf("%s says %q: %w", name, line, errors.Join(err, p.stop()))
	}
	return p, nil
}

// ask sends a line and waits for one.
func (p *process) ask(line string) (string, error) {
	if _, err := io.WriteString(p.in, line+"\n"); err != nil {
		return "", fmt.Errorf("asking: %w", err)
	}
	answer, err := p.out.ReadString('\n')
	return strings.TrimSpace(answer), err
}

// stop ends the program and waits for it.
func (p *process) stop() error {
	_ = p.in.Close()
	_ = p.cmd.Process.Signal(os.Interrupt)
	killer := time.AfterFunc(20*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer killer.Stop()
	return p.cmd.Wait()
}

// cpu is the CPU time that the process has used, the kernel's part included,
// in the clock that the kernel keeps for it.
func (p *process) cpu() time.Duration {
	const schedClock = 2 // CPUCLOCK_SCHED of the process, not of one thread
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^p.cmd.Process.Pid<<3|schedClock), &ts); err != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}

// rss is the memory that the process has in RAM, in bytes.
func (p *process) rss() int64 { return p.status("VmRSS:") }

func (p *process) status(key string) int64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(raw), "\n") {
		if rest, ok := strings.CutPrefix(line, key); ok {
			n, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64) // the kernel writes numbers
			return n << 10
		}
	}
	return 0
}

// quietCPU waits until the process has used next to no CPU for a moment, so
// that what it was doing is not counted with what comes.
func (p *process) quiet(ctx context.Context, within time.Duration) {
	const look = 200 * time.Millisecond
	for end := time.Now().Add(within); time.Now().Before(end) && ctx.Err() == nil; {
		before := p.cpu()
		sleep(ctx, look)
		if p.cpu()-before < look/50 {
			return
		}
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
