//go:build !linux

package chaostest

import "syscall"

// apart is how nodes are started: in a process group of their own, so that
// Ctrl-C reaches the test alone.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
