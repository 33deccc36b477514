package httpserver

import (
	"errors"
	"fmt"
	"time"
)

// Limits bound what a client can make the server wait for. A zero field means
// its default.
type Limits struct {
	// HeaderTimeout is how long the request line and the headers may take.
	// Default 10 s.
	HeaderTimeout time.Duration
	// IdleTimeout is how long a kept connection may wait for its next request.
	// Default 2 min.
	IdleTimeout time.Duration
	// BodyStall is the time in which a request's body has to bring BodyStall ×
	// MinRate bytes, or its end. Past it the body cannot be read any more, and the
	// connection is closed after the answer. Default 10 s.
	BodyStall time.Duration
	// BodyTimeout is how long a body may take that goes on steadily. Default 1 h.
	BodyTimeout time.Duration
	// AnswerStall is how long a client may take less than MinRate of its answer.
	// Past it the connection is reset. Default 30 s.
	AnswerStall time.Duration
	// MinRate is the slowest transfer that counts as going on, in bytes a second.
	// Default 1 KiB/s.
	MinRate int
	// MaxHeader bounds the request line and the headers, in bytes. Default 64 KiB.
	MaxHeader int
}

// DefaultLimits are the limits with every field at its default.
func DefaultLimits() Limits {
	return Limits{
		HeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		BodyStall: 10 * time.Second, BodyTimeout: time.Hour, AnswerStall: 30 * time.Second,
		MinRate: 1 << 10, MaxHeader: 64 << 10,
	}
}

// ErrLimits is wrapped by the error of New about limits that cannot work.
var ErrLimits = errors.New("limits of HTTP")

// Filled answers the limits with the defaults in place of zeros.
func (l Limits) Filled() Limits {
	d := DefaultLimits()
	fill(&l.HeaderTimeout, d.HeaderTimeout)
	fill(&l.IdleTimeout, d.IdleTimeout)
	fill(&l.BodyStall, d.BodyStall)
	fill(&l.BodyTimeout, d.BodyTimeout)
	fill(&l.AnswerStall, d.AnswerStall)
	fill(&l.MinRate, d.MinRate)
	fill(&l.MaxHeader, d.MaxHeader)
	return l
}

// filled is Filled for limits that are in range.
func (l Limits) filled() (Limits, error) {
	l = l.Filled()
	for _, n := range []struct {
		name  string
		value int64
	}{
		{"HeaderTimeout", int64(l.HeaderTimeout)},
		{"IdleTimeout", int64(l.IdleTimeout)},
		{"BodyStall", int64(l.BodyStall)},
		{"BodyTimeout", int64(l.BodyTimeout)},
		{"AnswerStall", int64(l.AnswerStall)},
		{"MinRate", int64(l.MinRate)},
		{"MaxHeader", int64(l.MaxHeader)},
	} {
		if n.value < 0 {
			return Limits{}, fmt.Errorf("%w: %s is negative", ErrLimits, n.name)
		}
	}
	return l, nil
}

// fill sets *v to its default if it is zero.
func fill[T comparable](v *T, fallback T) {
	var zero T
	if *v == zero {
		*v = fallback
	}
}

// least is how many bytes have to be transferred in so much time.
func (l *Limits) least(in time.Duration) int64 {
	return max(1, int64(float64(l.MinRate)*in.Seconds()))
}
