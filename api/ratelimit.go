package api

import (
	"notewire/api/address"
	"sync"
	"time"
)

// limiter counts calls per actor in sliding windows, in the memory of this
// node: n nodes let n times as much through. A small one of its own, since
// Misskey's answer tells when the oldest call leaves the window, which token
// buckets do not know.
//
// Memory is bounded: at most maxWindows windows of at most limit.max instants.
// When all are taken, stale ones go, and if there are none, an arbitrary tenth,
// which forgives those actors their calls rather than refusing newcomers.
type limiter struct {
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

// limitInfo is what the answer tells of the window that was full.
type limitInfo struct {
	Remaining int   `json:"remaining"`
	Reset     int64 `json:"reset"`   // seconds since the epoch
	ResetMs   int64 `json:"resetMs"` // when the oldest call leaves the window
	Total     int   `json:"total"`
}

func newLimiter() *limiter {
	return &limiter{windows: map[windowKey]*window{}, most: maxWindows}
}

// take counts one call, unless a window is full.
func (l *limiter) take(actor string, lim limit, now time.Time) (info limitInfo, over bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if lim.minInterval > 0 {
		if info, over = l.count(windowKey{actor, lim.key, true}, lim.minInterval, 1, now); over {
			return info, true
		}
	}
	if lim.max > 0 {
		return l.count(windowKey{actor, lim.key, false}, lim.duration, lim.max, now)
	}
	return limitInfo{}, false
}

func (l *limiter) count(k windowKey, length time.Duration, most int, now time.Time) (limitInfo, bool) {
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
		return limitInfo{Remaining: 0, Reset: reset / 1000, ResetMs: reset, Total: most}, true
	}
	w.calls = append(w.calls, now)
	w.until = now.Add(length)
	return limitInfo{}, false
}

func (l *limiter) makeRoom(now time.Time) {
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

// actor is whose calls are counted together.
func actor(c Caller) string {
	if c.Identity != nil {
		return "user " + string(c.Identity.User.ID)
	}
	return "address " + address.Network(c.Address).String()
}
