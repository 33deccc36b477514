package chaostest

import "syscall"

// ownProcessGroup is how nodes are started: in a process group of their own, so that
// Ctrl-C reaches the test alone, and gone when the test process is.
func ownProcessGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
