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

// Default are the limits with every field at its default.
func Default() Limits {
	return Limits{
		HeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		BodyStall: 10 * time.Second, BodyTimeout: time.Hour, AnswerStall: 30 * time.Second,
		MinRate: 1 << 10, MaxHeader: 64 << 10,
	}
}

// ErrLimits is wrapped by the error of New about limits that cannot work.
var ErrLimits = errors.New("limits of HTTP")

// filled answers the limits with the defaults in place of zeros.
func (l Limits) filled() (Limits, error) {
	d := Default()
	for _, f := range []struct {
		name     string
		value    *time.Duration
		fallback time.Duration
	}{
		{"HeaderTimeout", &l.HeaderTimeout, d.HeaderTimeout},
		{"IdleTimeout", &l.IdleTimeout, d.IdleTimeout},
		{"BodyStall", &l.BodyStall, d.BodyStall},
		{"BodyTimeout", &l.BodyTimeout, d.BodyTimeout},
		{"AnswerStall", &l.AnswerStall, d.AnswerStall},
	} {
		if *f.value < 0 {
			return Limits{}, fmt.Errorf("%w: %s is negative", ErrLimits, f.name)
		}
		if *f.value == 0 {
			*f.value = f.fallback
		}
	}
	if l.MinRate < 0 || l.MaxHeader < 0 {
		return Limits{}, fmt.Errorf("%w: MinRate or MaxHeader is negative", ErrLimits)
	}
	if l.MinRate == 0 {
		l.MinRate = d.MinRate
	}
	if l.MaxHeader == 0 {
		l.MaxHeader = d.MaxHeader
	}
	return l, nil
}

// least is how many bytes have to be transferred in so much time.
func (l *Limits) least(in time.Duration) int64 {
	return max(1, int64(float64(l.MinRate)*in.Seconds()))
}
