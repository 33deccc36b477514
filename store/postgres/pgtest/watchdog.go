package pgtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"syscall"
)

// watchdogScript reads the postmaster's process number, a line for each change (0: none), until the pipe closes; then
// it takes the postmaster down and removes the directory $1. Signals that end a whole group of processes are not for it.
const watchdogScript = `
trap '' HUP INT QUIT TERM PIPE
pid=0
while read -r line; do pid=$line; done
if [ "$pid" -gt 0 ] && kill -QUIT "$pid" 2>/dev/null; then
  kill -CONT "$pid" 2>/dev/null
  n=0
  while kill -0 "$pid" 2>/dev/null && [ "$n" -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
  kill -KILL "$pid" 2>/dev/null
fi
n=0
until rm -rf "$1"; do
  n=$((n + 1))
  [ "$n" -lt 50 ] || exit 1
  sleep 0.1
done
`

// watchdog is the process that outlives the tests if need be; see the package documentation.
type watchdog struct {
	cmd    *exec.Cmd
	pipe   io.WriteCloser
	stderr *bytes.Buffer
}

func startWatchdog(dir string) (*watchdog, error) {
	w := &watchdog{cmd: exec.Command("/bin/sh", "-c", watchdogScript, "sh", dir), stderr: new(bytes.Buffer)}
	w.cmd.Dir = "/"
	w.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	pipe, err := w.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("make the watchdog's pipe: %w", err)
	}
	w.pipe = pipe
	w.cmd.Stderr = w.stderr
	if err := w.cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start the watchdog: %w", err), pipe.Close())
	}
	return w, nil
}

// guard makes pid the process that the watchdog takes down; 0 means none.
func (w *watchdog) guard(pid int) error {
	if _, err := fmt.Fprintln(w.pipe, pid); err != nil {
		return fmt.Errorf("tell the watchdog: %w", err)
	}
	return nil
}

// finish lets the watchdog do its work and waits for its end.
func (w *watchdog) finish() error {
	if err := w.pipe.Close(); err != nil {
		return fmt.Errorf("close the watchdog's pipe: %w", err)
	}
	if err := w.cmd.Wait(); err != nil {
		return fmt.Errorf("remove the cluster's directory: %w: %s", err, bytes.TrimSpace(w.stderr.Bytes()))
	}
	return nil
}
