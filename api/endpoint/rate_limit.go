package endpoint

import (
	"notewire/api/address"
	"sync"
	"time"
)

// Limiter counts calls per actor in sliding windows, in the memory of this
// node: n nodes let n times as much through. A small one of its own, since
// Misskey's answer tells when the oldest call leaves the window, which token
// buckets do not know.
//
// Memory is bounded: at most maxWindows windows of at most Limit.Max instants.
// When all are taken, stale ones go, and if there are none, an arbitrary tenth,
// which forgives those actors their calls rather than refusing newcomers.
type Limiter struct {
	mu      sync.Mutex
	windows map[windowKey]*window
	most    int
}

const maxWindows = 65536

type windowKey struct {
	actor, key string
	interval   bool // the window of minInterval, beside that of duration
}

type window struct {
	calls []time.Time // within the last length, oldest first
	until time.Time   // when the newest call leaves
}

// LimitInfo is what the answer tells of the window that was full.
type LimitInfo struct {
	Remaining int   `json:"remaining"`
	Reset     int64 `json:"reset"`   // seconds since the epoch
	ResetMs   int64 `json:"resetMs"` // when the oldest call leaves the window
	Total     int   `json:"total"`
}

// NewLimiter makes a Limiter that has counted nothing.
func NewLimiter() *Limiter {
	return &Limiter{windows: map[windowKey]*window{}, most: maxWindows}
}

// Take counts one call, unless a window is full.
func (l *Limiter) Take(actor string, lim Limit, now time.Time) (info LimitInfo, over bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if lim.MinInterval > 0 {
		if info, over = l.count(windowKey{actor, lim.Key, true}, lim.MinInterval, 1, now); over {
			return info, true
		}
	}
	if lim.Max > 0 {
		return l.count(windowKey{actor, lim.Key, false}, lim.Duration, lim.Max, now)
	}
	return LimitInfo{}, false
}

func (l *Limiter) count(k windowKey, length time.Duration, most int, now time.Time) (LimitInfo, bool) {
	w := l.windows[k]
	if w == nil {
		if len(l.windows) >= l.most {
			l.makeRoom(now)
		}
		w = &window{}
		l.windows[k] = w
	}
	gone := 0
	for gone < len(w.calls) && !w.calls[gone].Add(length).After(now) {
		gone++
	}
	w.calls = append(w.calls[:0], w.calls[gone:]...)
	if len(w.calls) >= most {
		reset := w.calls[0].Add(length).UnixMilli()
		return LimitInfo{Remaining: 0, Reset: reset / 1000, ResetMs: reset, Total: most}, true
	}
	w.calls = append(w.calls, now)
	w.until = now.Add(length)
	return LimitInfo{}, false
}

func (l *Limiter) makeRoom(now time.Time) {
	for k, w := range l.windows {
		if !w.until.After(now) {
			delete(l.windows, k)
		}
	}
	for k := range l.windows {
		if len(l.windows) <= l.most*9/10 {
			return
		}
		delete(l.windows, k)
	}
}

// CountedAs is whose calls are counted together.
func (c Caller) CountedAs() string {
	if c.Identity != nil {
		return "user " + string(c.Identity.User.ID)
	}
	return "address " + address.Network(c.Address).String()
}
