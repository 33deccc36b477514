package socket

import (
	"time"

	"golang.org/x/time/rate"
)

// throttle bounds how fast frames are taken from a client. It belongs to the
// goroutine that reads.
type throttle struct {
	limiter *rate.Limiter
	resume  time.Time // nothing is read before
	since   time.Time // when the client went over the rate; zero when it is below
}

// portion is how much of n bytes is to be looked at before took and due are
// asked again: all, unless there might be more frames in it than the client may
// send at once. It would be found out too late that it has gone on for too long.
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

// took notes n frames and says whether the client has been over the rate for
// longer than patience.
func (th *throttle) took(n int, now time.Time, patience time.Duration) (tooLong bool) {
	// See portion: a burst set below what is taken at once must not make the
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

// due is how long nothing is to be read from now on.
func (th *throttle) due() time.Duration {
	if th.resume.IsZero() {
		return 0
	}
	d := time.Until(th.resume)
	th.resume = time.Time{}
	return d
}
