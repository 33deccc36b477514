//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// profileArgs are the server's arguments for profiles, if they were asked for,
// and what takes them: it begins a CPU profile, and answers what ends it and
// takes one of the heap.
func (b *bench) profileArgs() ([]string, func(context.Context, *bench, *process) func() error) {
	nothing := func(context.Context, *bench, *process) func() error { return func() error { return nil } }
	if b.profile == "" {
		return nil, nothing
	}
	addr, err := freeAddr()
	if err != nil {
		fmt.Fprintln(b.out, "  no profiles:", err)
		return nil, nothing
	}
	return []string{"--pprof-listen=" + addr}, func(ctx context.Context, b *bench, _ *process) func() error {
		return b.takeProfiles(ctx, addr)
	}
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it is closed at once
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String(), nil
}

func (b *bench) takeProfiles(ctx context.Context, addr string) func() error {
	const length = 5 * time.Second
	cpu := make(chan error, 1)
	go func() {
		cpu <- b.fetch(ctx, fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", addr, int(length.Seconds())), "cpu.pprof")
	}()
	return func() error {
		if err := <-cpu; err != nil {
			return err
		}
		if err := b.fetch(ctx, "http://"+addr+"/debug/pprof/heap?gc=1", "heap.pprof"); err != nil {
			return err
		}
		return errors.Join(b.top(ctx, "cpu.pprof"), b.top(ctx, "heap.pprof", "-sample_index=inuse_space"))
	}
}

// heapProfile keeps what an idle server holds, and prints the runtime's own
// account of it. args are those of profileArgs.
func (b *bench) heapProfile(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return nil
	}
	url := "http://" + strings.TrimPrefix(args[0], "--pprof-listen=") + "/debug/pprof/heap?"
	if err := errors.Join(b.fetch(ctx, url+"debug=1", "memory.txt"), b.fetch(ctx, url+"gc=1", "memory.pprof")); err != nil {
		return err
	}
	raw, err := os.ReadFile(filepath.Join(b.profile, "memory.txt"))
	if err != nil {
		return fmt.Errorf("reading the profile: %w", err)
	}
	for _, line := range strings.Split(string(raw), "\n") {
		for _, key := range []string{"# Stack ", "# Heap", "# MSpan", "# GCSys", "# NextGC", "# OtherSys", "# NumGC"} {
			if strings.HasPrefix(line, key) {
				fmt.Fprintln(b.out, " ", line)
			}
		}
	}
	return b.top(ctx, "memory.pprof", "-sample_index=inuse_space")
}

func (b *bench) fetch(ctx context.Context, url, file string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("taking a profile: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("taking a profile: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if err := os.MkdirAll(b.profile, 0o750); err != nil {
		return fmt.Errorf("making the folder for profiles: %w", err)
	}
	f, err := os.Create(filepath.Join(b.profile, file))
	if err != nil {
		return fmt.Errorf("keeping a profile: %w", err)
	}
	_, err = io.Copy(f, res.Body)
	return errors.Join(err, f.Close())
}

// top prints the functions in which the most is spent.
func (b *bench) top(ctx context.Context, file string, flags ...string) error {
	args := append([]string{"tool", "pprof", "-top", "-nodecount=25"}, flags...)
	out, err := exec.CommandContext(ctx, "go", append(args, filepath.Join(b.profile, file))...).Output()
	if err != nil {
		return fmt.Errorf("reading the profile: %w", err)
	}
	fmt.Fprintf(b.out, "%s\n%s\n", file, out)
	return nil
}
