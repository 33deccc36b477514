package postgres

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"notewire/store/feed"
)

// channel is what NOTIFY names. The SQL function for foreign writers names it
// too (migrations/00001_event.sql).
const channel = "notewire_event"

// WakesConfig says whom to wake, and with how much patience. A zero duration
// takes its default.
type WakesConfig struct {
	// Wake is called when another node or program has committed events, from
	// the listening goroutine. It must not block. Required.
	Wake func()
	// Recheck is called each time after LISTEN has succeeded: notifications
	// were missed before, and the server may be another one. Required; it wakes
	// too. See feed.Reader.Recheck.
	Recheck func()
	// Timeout bounds each of connecting, LISTEN, ping and NOTIFY. Default 10 s.
	Timeout time.Duration
	// PingEvery is how long the connection may be silent before it is pinged,
	// because a half-open connection delivers nothing and reports nothing.
	// Default 15 s.
	PingEvery time.Duration
	// RetryMax is the longest pause between two tries to connect; the first is
	// 100 ms, or RetryMax if that is less. Default 10 s.
	RetryMax time.Duration
	// NotifyPause is the least time between two NOTIFY. Default 2 ms.
	NotifyPause time.Duration
	// NotifyPauseUnderLoad is how far that time grows while many commits come
	// (see feed.Pacer): readers that find much read on without being woken. If
	// it is no more than NotifyPause, the time never grows. Default 10 ms.
	NotifyPauseUnderLoad time.Duration
}

// WakesStats are counters since the start, and whether LISTEN stands.
type WakesStats struct {
	Listening    bool   // wakes of other nodes arrive now
	Connects     uint64 // times that LISTEN succeeded
	Failures     uint64 // times that connecting failed or the connection broke
	Received     uint64 // notifications, without this node's own
	Notified     uint64 // NOTIFY sent
	NotifyErrors uint64 // NOTIFY that failed; the others' polls make up for it
}

// Wakes carries the news that there are new events between the nodes, by
// LISTEN and NOTIFY: never the events themselves. It is a hint. What gets lost
// is found by the readers' polls.
type Wakes struct {
	db      *DB
	cfg     WakesConfig
	node    string        // tells this node's own notifications
	pending chan struct{} // capacity 1: one NOTIFY is owed
	commits atomic.Int64  // calls of Notify
	send    func(context.Context) error

	mu    sync.Mutex
	stats WakesStats
}

// NewWakes makes the wakes of one node. It panics if Wake or Recheck is
// missing, which is a fault of the program.
func (db *DB) NewWakes(cfg WakesConfig) *Wakes {
	if cfg.Wake == nil || cfg.Recheck == nil {
		panic("postgres: nobody to wake")
	}
	cfg.Timeout = cmp.Or(cfg.Timeout, 10*time.Second)
	cfg.PingEvery = cmp.Or(cfg.PingEvery, 15*time.Second)
	cfg.RetryMax = cmp.Or(cfg.RetryMax, 10*time.Second)
	cfg.NotifyPause = cmp.Or(cfg.NotifyPause, 2*time.Millisecond)
	cfg.NotifyPauseUnderLoad = cmp.Or(cfg.NotifyPauseUnderLoad, 10*time.Millisecond)
	w := &Wakes{db: db, cfg: cfg, node: rand.Text(), pending: make(chan struct{}, 1)}
	w.send = w.notifyOnce
	return w
}

// Notify says that this node has committed events; the others are told soon.
// It never blocks. Calls that come while a NOTIFY is under way make exactly
// one more follow. Give it to OnCommit.
func (w *Wakes) Notify() {
	w.commits.Add(1)
	select {
	case w.pending <- struct{}{}:
	default: // a NOTIFY that has not begun yet says it too
	}
}

// Run listens and notifies until ctx ends, and then answers nil. Failures are
// logged and counted, and what failed is tried again.
func (w *Wakes) Run(ctx context.Context) error {
	var g errgroup.Group
	g.Go(func() error { w.listen(ctx); return nil })
	g.Go(func() error { w.notify(ctx); return nil })
	return g.Wait()
}

// Stats are the counters now.
func (w *Wakes) Stats() WakesStats {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stats
}

// notify sends what Notify asked for. It is a transaction of its own, after
// the commits: inside them, NOTIFY would queue all commits of the cluster up
// one behind the other.
func (w *Wakes) notify(ctx context.Context) {
	failing := false
	pacer := feed.Pacer{Least: w.cfg.NotifyPause, Most: w.cfg.NotifyPauseUnderLoad}
	announced := int64(0)
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.pending:
		}
		now := w.commits.Load()
		err := w.send(ctx)
		if ctx.Err() != nil {
			return
		}
		w.count(func(s *WakesStats) {
			if err != nil {
				s.NotifyErrors++
			} else {
				s.Notified++
			}
		})
		if err != nil && !failing {
			w.db.options.Logger.WarnContext(ctx, "other nodes cannot be woken; they poll", "error", err)
		}
		failing = err != nil
		pause(ctx, pacer.Took(int(now-announced)))
		announced = now
	}
}

func (w *Wakes) notifyOnce(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, w.cfg.Timeout)
	defer cancel()
	if _, err := w.db.pools.feed.Exec(ctx, "SELECT pg_notify($1, $2)", channel, w.node); err != nil {
		return fmt.Errorf("notifying: %w", translate(err))
	}
	return nil
}

func (w *Wakes) count(change func(*WakesStats)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(&w.stats)
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
