package socket

import (
	"errors"
	"fmt"
	"time"
)

// Limits are the bounds of one connection and of all connections together. A
// zero field means its default.
type Limits struct {
	// InboundFrame is the largest message that a client may send, in bytes of
	// payload over all fragments. Past it: close 1009. Default 64 KiB.
	InboundFrame int
	// InboundRate is how many frames a second a client may send for long,
	// control frames and fragments included. Past it the socket is not read for
	// a while, so that TCP slows the client down. Default 50.
	InboundRate float64
	// InboundBurst is how many frames may come at once on top of that: clients
	// resend all their captures after a reconnect. Default 2048.
	InboundBurst int
	// InboundPatience is how long a client may stay above InboundRate. Past it:
	// close 1008. Default 10 s.
	InboundPatience time.Duration

	// QueueBytes bounds what waits for one connection, in bytes on the wire.
	// Past it: close 1013. A single frame larger than this is dropped with an
	// error in the log and closes nobody. Default 1 MiB.
	QueueBytes int
	// QueueFrames bounds what waits for one connection, in frames. Past it:
	// close 1013. Default 2048.
	QueueFrames int
	// QueueTotal bounds what waits for all connections together, in bytes;
	// a frame that several queues share counts once. Past it the fullest queues
	// are closed with 1013 until the rest fits. Default 256 MiB.
	QueueTotal int64

	// PingInterval is the time between two pings of the server. nginx gives up
	// on a silent upstream after 60 s, some clients as well. Default 25 s.
	PingInterval time.Duration
	// PongTimeout is how long a client may go without a pong before its
	// connection is reset. It is looked at twice per PingInterval. Default 60 s.
	PongTimeout time.Duration
	// CloseTimeout is how long a client has to read what is still queued, the
	// close frame last, and to answer it, before its connection is reset.
	// Default 5 s.
	CloseTimeout time.Duration
	// HandshakeTimeout bounds what lies between the request and the 101, of which
	// the gateway's part (authentication, loading what the session needs) is the
	// gateway's to bound. Reading the request is the HTTP server's part. Default
	// 10 s.
	HandshakeTimeout time.Duration
}

// ErrLimits is wrapped by every error about limits that are out of range.
var ErrLimits = errors.New("socket limits")

// DefaultLimits are the limits with every field at its default.
func DefaultLimits() Limits {
	return Limits{
		InboundFrame: 64 << 10, InboundRate: 50, InboundBurst: 2048, InboundPatience: 10 * time.Second,
		QueueBytes: 1 << 20, QueueFrames: 2048, QueueTotal: 256 << 20,
		PingInterval: 25 * time.Second, PongTimeout: 60 * time.Second, CloseTimeout: 5 * time.Second, HandshakeTimeout: 10 * time.Second,
	}
}

// Filled answers the limits with the defaults in place of zeros.
func (l Limits) Filled() Limits {
	d := DefaultLimits()
	fill(&l.InboundFrame, d.InboundFrame)
	fill(&l.InboundRate, d.InboundRate)
	fill(&l.InboundBurst, d.InboundBurst)
	fill(&l.InboundPatience, d.InboundPatience)
	fill(&l.QueueBytes, d.QueueBytes)
	fill(&l.QueueFrames, d.QueueFrames)
	fill(&l.QueueTotal, d.QueueTotal)
	fill(&l.PingInterval, d.PingInterval)
	fill(&l.PongTimeout, d.PongTimeout)
	fill(&l.CloseTimeout, d.CloseTimeout)
	fill(&l.HandshakeTimeout, d.HandshakeTimeout)
	return l
}

// filled is Filled for limits that are in range.
func (l Limits) filled() (Limits, error) {
	l = l.Filled()
	for _, c := range []struct {
		name string
		ok   bool
	}{
		{"InboundFrame", l.InboundFrame > 0},
		{"InboundRate", l.InboundRate > 0},
		{"InboundBurst", l.InboundBurst > 0},
		{"InboundPatience", l.InboundPatience > 0},
		{"QueueBytes", l.QueueBytes > 0},
		{"QueueFrames", l.QueueFrames > 0},
		{"QueueTotal", l.QueueTotal > 0},
		{"PingInterval", l.PingInterval >= wheelSlots},
		{"PongTimeout", l.PongTimeout >= l.PingInterval},
		{"CloseTimeout", l.CloseTimeout > 0},
		{"HandshakeTimeout", l.HandshakeTimeout > 0},
	} {
		if !c.ok {
			return Limits{}, fmt.Errorf("%w: %s is out of range", ErrLimits, c.name)
		}
	}
	return l, nil
}

// fill sets *v to def if it is zero.
func fill[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}
