package chaostest

import "syscall"

// apart is how nodes are started: in a process group of their own, so that
// Ctrl-C reaches the test alone, and gone when the test process is.
func apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
