package sqlite

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"
)

// WakesConfig says whom to wake. A zero duration takes its default.
type WakesConfig struct {
	// Wake is called when something has written to the file, from Run's
	// goroutine. It must not block. Required.
	Wake func()
	// Recheck is called when the file could not be looked at and now can be
	// again. Required. See feed.Reader.Recheck.
	Recheck func()
	// Every is the time between two looks. Default 50 ms.
	Every time.Duration
	// RetryMax is the longest pause after a failed look. Default 2 s.
	RetryMax time.Duration
}

// WakesStats are counters since the start, and whether other writers are seen.
type WakesStats struct {
	Watching bool   // commits of other processes are noticed now
	Changes  uint64 // times that the file had changed
	Failures uint64 // times that looking failed
}

// Wakes notices commits of other processes (a command line, a trigger of an
// operator) by PRAGMA data_version, which costs a look at shared memory. What
// this process commits wakes its reader by OnCommit, sooner.
type Wakes struct {
	db  *DB
	cfg WakesConfig

	mu    sync.Mutex
	stats WakesStats
}

// NewWakes makes the watch over the file. It panics if Wake or Recheck is
// missing, which is a fault of the program.
func (db *DB) NewWakes(cfg WakesConfig) *Wakes {
	if cfg.Wake == nil || cfg.Recheck == nil {
		panic("sqlite: nobody to wake")
	}
	cfg.Every = cmp.Or(cfg.Every, 50*time.Millisecond)
	cfg.RetryMax = cmp.Or(cfg.RetryMax, 2*time.Second)
	return &Wakes{db: db, cfg: cfg}
}

// Run watches until ctx ends, and then answers nil. It keeps one of the
// feed's connections, since the version counts per connection.
func (w *Wakes) Run(ctx context.Context) error {
	retry := w.cfg.Every
	for !ended(ctx) {
		watched, err := w.watch(ctx)
		if ended(ctx) {
			break // which is what the error is about
		}
		w.count(func(s *WakesStats) { s.Failures++ })
		w.db.options.Logger.WarnContext(ctx, "other processes' writes to the database cannot be watched; polling", "error", err)
		if watched {
			retry = w.cfg.Every
		}
		pause(ctx, retry)
		retry = min(2*retry, w.cfg.RetryMax)
	}
	return nil
}

// watch looks at the version until that fails or ctx ends.
func (w *Wakes) watch(ctx context.Context) (watched bool, err error) {
	conn, err := w.db.feed.pool.Conn(ctx)
	if err != nil {
		return false, fmt.Errorf("connecting to watch: %w", translate(err))
	}
	defer func() {
		w.count(func(s *WakesStats) { s.Watching = false })
		_ = conn.Close() // back to the pool
	}()
	var known int64
	for {
		var version int64
		if err := conn.QueryRowContext(ctx, "PRAGMA data_version").Scan(&version); err != nil {
			return watched, fmt.Errorf("looking for changes: %w", translate(err))
		}
		switch {
		case !watched:
			watched = true
			w.count(func(s *WakesStats) { s.Watching = true })
			w.cfg.Recheck()
		case version != known:
			w.count(func(s *WakesStats) { s.Changes++ })
			w.cfg.Wake()
		}
		known = version
		pause(ctx, w.cfg.Every)
		if ctx.Err() != nil {
			return watched, ctx.Err()
		}
	}
}

// Stats are the counters now.
func (w *Wakes) Stats() WakesStats {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stats
}

func (w *Wakes) count(change func(*WakesStats)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(&w.stats)
}

// ended says whether ctx has ended, which is no error here.
func ended(ctx context.Context) bool { return ctx.Err() != nil }

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
