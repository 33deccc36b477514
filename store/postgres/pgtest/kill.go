package pgtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Kill ends the postmaster and all its processes by SIGKILL, as a crash of the whole server does, and returns when they
// are gone. [Cluster.Start] then recovers: what was committed is there, what was not is not. A server that is not running is no error.
func (c *Cluster) Kill() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kill()
}

func (c *Cluster) kill() error {
	if !c.server.running() {
		return c.forget()
	}
	pid := c.server.cmd.Process.Pid
	// A stopped postmaster starts no further processes, so the list of its children is complete.
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("kill PostgreSQL: stop the postmaster: %w", err)
	}
	err := until(func(all map[int]process) bool { return all[pid].ended() || all[pid].stopped() })
	if err != nil {
		return fmt.Errorf("kill PostgreSQL: stop the postmaster: %w", err)
	}
	all, err := processes()
	if err != nil {
		return fmt.Errorf("kill PostgreSQL: %w", err)
	}
	victims := []int{pid}
	for child, p := range all {
		if p.parent == pid {
			victims = append(victims, child)
		}
	}
	for _, victim := range victims {
		if err := syscall.Kill(victim, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("kill PostgreSQL: process %d: %w", victim, err)
		}
	}
	<-c.server.exited
	err = until(func(all map[int]process) bool {
		for _, victim := range victims {
			if !all[victim].ended() {
				return false
			}
		}
		return true
	})
	if err != nil {
		return fmt.Errorf("kill PostgreSQL: wait for its processes: %w", err)
	}
	return errors.Join(c.removeSegment(), c.forget())
}

// removeSegment removes the System V shared memory by which PostgreSQL notices survivors of a crash. A server that is started
// again does that itself; one that is not would leave it on the machine.
func (c *Cluster) removeSegment() error {
	lines, err := c.pidFile()
	if err != nil {
		return err
	}
	fields := strings.Fields(lines[segmentLine])
	if len(fields) != 2 {
		return nil // It was killed before it had come so far.
	}
	id, err := strconv.Atoi(fields[1])
	if err != nil {
		return fmt.Errorf("look for PostgreSQL's shared memory: %w", err)
	}
	if _, err := unix.SysvShmCtl(id, unix.IPC_RMID, nil); err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.EIDRM) {
		return fmt.Errorf("remove PostgreSQL's shared memory: %w", err)
	}
	return nil
}

// process is what the system says of a process. The zero value is one that is not there.
type process struct {
	parent int
	state  string
}

// ended is true of a zombie too: it does nothing more, and it is its parent's to clear away.
func (p process) ended() bool   { return p.state == "" || strings.HasPrefix(p.state, "Z") }
func (p process) stopped() bool { return strings.HasPrefix(p.state, "T") }

// until returns when done says so of the machine's processes. What it waits for takes milliseconds.
func until(done func(map[int]process) bool) error {
	deadline := time.Now().Add(20 * time.Second)
	for {
		all, err := processes()
		if err != nil {
			return err
		}
		if done(all) {
			return nil
		}
		if time.Now().After(deadline) {
			return errors.New("they did not change within 20 s")
		}
		time.Sleep(pollEvery)
	}
}

// processes lists the machine's processes: from /proc where there is one, since ps may be missing there, else from ps.
func processes() (map[int]process, error) {
	all := make(map[int]process)
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	for _, stat := range stats {
		b, err := os.ReadFile(stat)
		if err != nil {
			continue // It has ended meanwhile.
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(stat)))
		if err != nil {
			return nil, fmt.Errorf("list processes: %w", err)
		}
		// "pid (name) state parent …", where the name may hold anything.
		text := string(b)
		addProcess(all, pid, strings.Fields(text[strings.LastIndexByte(text, ')')+1:]))
	}
	if len(all) > 0 {
		return all, nil
	}
	out, err := exec.Command("ps", "-axo", "pid=,state=,ppid=").Output()
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) < 3 {
			continue
		}
		pid, err := strconv.Atoi(fields[0])
		if err != nil {
			return nil, fmt.Errorf("list processes: %w", err)
		}
		addProcess(all, pid, fields[1:])
	}
	return all, nil
}

// addProcess adds a process of which fields are the state and the parent.
func addProcess(all map[int]process, pid int, fields []string) {
	if len(fields) < 2 {
		return
	}
	parent, err := strconv.Atoi(fields[1])
	if err != nil {
		return
	}
	all[pid] = process{parent: parent, state: fields[0]}
}
