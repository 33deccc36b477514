package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"time"
)

const (
	startTimeout = 60 * time.Second
	stopTimeout  = 30 * time.Second
)

// server is a notewire process of our own.
type server struct {
	url    string // http://host:port
	folder string // removed at the end
	cmd    *exec.Cmd
	exited chan error
	once   sync.Once
	err    error
}

// serveArguments is how the program is started: the one place to change when its flags do.
func serveArguments(database string) []string {
	return []string{"serve", "--listen", "127.0.0.1:0", "--registration", "open", "--rate-limits", "off", "--database", database}
}

// The first line that serve prints carries the address.
var addressInLine = regexp.MustCompile(`https?://[0-9A-Za-z.:\[\]-]+`)

// startServer builds the program unless it is given, starts it on a free port and waits for the line with its address.
// What it prints goes to logs.
func startServer(ctx context.Context, binary, database string, logs io.Writer) (*server, error) {
	folder, err := os.MkdirTemp("", "notewire-conformance-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for the server: %w", err)
	}
	s := &server{folder: folder, exited: make(chan error, 1)}
	if binary == "" {
		binary = filepath.Join(folder, "notewire")
		//nolint:gosec // G204: the only variable is a file of our own
		build := exec.CommandContext(ctx, "go", "build", "-o", binary, "notewire/cmd/notewire")
		if out, err := build.CombinedOutput(); err != nil {
			return nil, errors.Join(fmt.Errorf("building notewire: %w\n%s", err, out), os.RemoveAll(folder))
		}
	} else if binary, err = filepath.Abs(binary); err != nil {
		return nil, errors.Join(fmt.Errorf("finding the program: %w", err), os.RemoveAll(folder))
	}
	if database == "sqlite" {
		database = "sqlite:" + filepath.Join(folder, "notewire.db")
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("making a pipe: %w", err), os.RemoveAll(folder))
	}
	// It is asked to stop rather than killed with the context: how it stops is a case.
	//nolint:gosec // G204: to run the program that the command line names is what this is for
	s.cmd = exec.CommandContext(context.WithoutCancel(ctx), binary, serveArguments(database)...)
	s.cmd.Dir = folder
	s.cmd.Env = append(os.Environ(), "HOME="+folder)
	s.cmd.Stdout, s.cmd.Stderr = write, write
	err = errors.Join(s.cmd.Start(), write.Close())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting notewire: %w", err), read.Close(), os.RemoveAll(folder))
	}
	address := make(chan string, 1)
	lastLines := make(chan string, 1)
	go func() {
		defer func() { _ = read.Close() }()
		lines := bufio.NewScanner(read)
		lines.Buffer(nil, 1<<20)
		last := ""
		for lines.Scan() {
			last = lines.Text()
			_, _ = fmt.Fprintln(logs, last) // for people; the run does not depend on it
			if url := addressInLine.FindString(last); url != "" && len(address) == 0 {
				select {
				case address <- url:
				default:
				}
			}
		}
		lastLines <- last
		s.exited <- s.cmd.Wait()
	}()
	select {
	case s.url = <-address:
		return s, nil
	case err := <-s.exited:
		if err == nil {
			err = errors.New("without an error")
		}
		return nil, errors.Join(fmt.Errorf("notewire ended before it served (%w); it said last: %s", err, <-lastLines), os.RemoveAll(folder))
	case <-time.After(startTimeout):
		err = errors.New("notewire printed no address")
	case <-ctx.Done():
		err = ctx.Err()
	}
	return nil, errors.Join(err, s.stop())
}

// stop ends the process as an operator would and removes its folder. It may be called more than once.
func (s *server) stop() error {
	s.once.Do(func() {
		defer func() { s.err = errors.Join(s.err, os.RemoveAll(s.folder)) }()
		if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			s.err = fmt.Errorf("asking notewire to stop: %w", err)
		}
		select {
		case err := <-s.exited:
			if err != nil {
				s.err = fmt.Errorf("notewire ended with: %w", err)
			}
		case <-time.After(stopTimeout):
			s.err = errors.Join(errors.New("notewire did not stop when asked to"), s.cmd.Process.Kill())
			s.err = errors.Join(s.err, <-s.exited)
		}
	})
	return s.err
}
