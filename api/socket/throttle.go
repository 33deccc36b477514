package socket

import (
	"time"

	"golang.org/x/time/rate"
)

// throttle bounds how fast frames are taken from a client. It belongs to the
// goroutine that reads.
type throttle struct {
	limiter *rate.Limiter
	resume  time.Time // nothing is read before this
	since   time.Time // when the client passed the rate; zero while it keeps to it
}

// portion is how much of n bytes is to be looked at before the frames in it are
// counted: all, unless there may be more frames in it than the client may send at
// once. Of a larger portion it would be known too late that the client has passed
// the rate for too long.
func (th *throttle) portion(n int, now time.Time) int {
	const (
		smallest = 6 // bytes of a frame
		few      = 512
	)
	if n > few && float64(n/smallest) > th.limiter.TokensAt(now) {
		return few
	}
	return n
}

// count counts n frames and says whether the client has passed the rate for longer
// than patience.
func (th *throttle) count(n int, now time.Time, patience time.Duration) (tooLong bool) {
	// A burst that is smaller than what is read at once must not make the
	// reservation fail.
	delay := th.limiter.ReserveN(now, min(n, th.limiter.Burst())).DelayFrom(now)
	if delay <= 0 {
		th.since = time.Time{}
		return false
	}
	th.resume = now.Add(delay)
	if th.since.IsZero() {
		th.since = now
	}
	return now.Sub(th.since) >= patience
}

// delay is how long nothing is to be read from now on.
func (th *throttle) delay() time.Duration {
	if th.resume.IsZero() {
		return 0
	}
	d := time.Until(th.resume)
	th.resume = time.Time{}
	return d
}
