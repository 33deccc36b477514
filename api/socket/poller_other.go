//go:build !linux

package socket

import "errors"

// pollable says whether descriptors can be watched on this system. Here each
// connection waits in a read of its own.
const pollable = false

// poller is what watches descriptors elsewhere. Here no socket has any.
type poller struct{}

func (*poller) add(int, *Socket) error { return errors.ErrUnsupported }
func (*poller) awaitRoom(int) error    { return errors.ErrUnsupported }
func (*poller) remove(int)             {}
func (*poller) wait()                  {}
