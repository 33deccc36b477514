//go:build !linux

package streaming

import (
	"net"
)

// Front answers the listener as it is: here all clients come by net/http.
func (s *Server) Front(l net.Listener) (net.Listener, error) { return l, nil }

// front is what Front answers elsewhere. Here nothing ever arrives at one.
type front struct {
	server *Server
	poller *poller
}

func (*front) Close() error          { return nil }
func (*front) claim(*arrival) bool   { return false }
func (*front) waitOn(*arrival)       {}
func (*front) pass(*arrival, []byte) {}
