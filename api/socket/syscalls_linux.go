package socket

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The system calls by which frames go out and come in. They are made without
// telling the scheduler, since none of them waits (MSG_DONTWAIT), and it costs
// something to tell. send(2) is a little less work for the kernel than write(2)
// is.

const sendFlags = unix.MSG_DONTWAIT | unix.MSG_NOSIGNAL

// send writes what the kernel has room for, and answers how much that was.
func send(fd int, p []byte) (int, error) {
	for {
		//nolint:gosec // the kernel reads len(p) bytes there, during the call only
		n, _, e := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), sendFlags, 0, 0)
		if e == 0 {
			return int(n), nil
		}
		if !errors.Is(e, unix.EINTR) {
			return 0, e
		}
	}
}

// read reads what there is.
func read(fd int, p []byte) (int, error) {
	for {
		//nolint:gosec // the kernel writes up to len(p) bytes there, during the call only
		n, _, e := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), unix.MSG_DONTWAIT, 0, 0)
		if e == 0 {
			return int(n), nil
		}
		if !errors.Is(e, unix.EINTR) {
			return 0, e
		}
	}
}

// sendAll is send for several slices, none of them empty, at most writeSlices.
func sendAll(fd int, slices [][]byte) (int, error) {
	if len(slices) == 1 {
		return send(fd, slices[0])
	}
	var vecs [writeSlices]unix.Iovec
	for i, p := range slices {
		vecs[i].Base = unsafe.SliceData(p) //nolint:gosec // as above
		vecs[i].SetLen(len(p))
	}
	msg := unix.Msghdr{Iov: &vecs[0]}
	msg.SetIovlen(len(slices))
	for {
		//nolint:gosec // the kernel reads what the header names, during the call only
		n, _, e := unix.RawSyscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(&msg)), sendFlags)
		if e == 0 {
			return int(n), nil
		}
		if !errors.Is(e, unix.EINTR) {
			return 0, e
		}
	}
}
