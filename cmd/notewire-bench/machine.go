//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// machine is what the figures were taken on.
type machine struct {
	CPU    string `json:"cpu"`
	CPUs   int    `json:"cpus"`
	Memory string `json:"memory"`
	Kernel string `json:"kernel"`
	Go     string `json:"go"`
	Commit string `json:"commit"`
	Load   string `json:"load"` // before the run: other work on the machine
	At     string `json:"at"`
}

func aboutMachine(ctx context.Context) machine {
	m := machine{
		CPU: field("/proc/cpuinfo", "model name"), CPUs: runtime.NumCPU(), Memory: field("/proc/meminfo", "MemTotal"),
		Kernel: first("/proc/sys/kernel/osrelease"), Go: runtime.Version(), Load: first("/proc/loadavg"),
		At: time.Now().UTC().Format(time.RFC3339),
	}
	if out, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty").Output(); err == nil {
		m.Commit = strings.TrimSpace(string(out))
	}
	return m
}

func (m machine) String() string {
	return fmt.Sprintf("%s × %d, %s, Linux %s, %s, commit %s, load %s, %s",
		m.CPU, m.CPUs, m.Memory, m.Kernel, m.Go, m.Commit, m.Load, m.At)
}

// field is the value of the first "key : value" line of a file.
func field(path, key string) string {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "unknown"
	}
	for _, line := range strings.Split(string(raw), "\n") {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return "unknown"
}

func first(path string) string {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "unknown"
	}
	line, _, _ := strings.Cut(string(raw), "\n")
	return line
}
