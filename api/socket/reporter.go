package socket

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// reporter logs for goroutines that must not wait, as the poller's and those
// that deliver: one of its own hands their lines to the logger, which may block
// for as long as it likes. Lines that come meanwhile and find no room are
// counted, and the count is logged once there is room again.
type reporter struct {
	log   *slog.Logger
	lines chan slog.Record
	lost  atomic.Int64
	ended chan struct{}
	once  sync.Once
	wg    sync.WaitGroup
}

// reportsWaiting is how many lines may wait for the logger.
const reportsWaiting = 64

func newReporter(log *slog.Logger) *reporter {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &reporter{log: log, lines: make(chan slog.Record, reportsWaiting), ended: make(chan struct{})}
}

// report logs a fault of the server, without waiting.
func (r *reporter) report(message string, attrs ...slog.Attr) {
	line := slog.NewRecord(time.Now(), slog.LevelError, message, 0)
	line.AddAttrs(attrs...)
	select {
	case r.lines <- line:
	default:
		r.lost.Add(1)
	}
}

// start begins to log what is reported.
func (r *reporter) start() { r.wg.Go(r.run) }

// stop logs what is left and ends.
func (r *reporter) stop() {
	r.once.Do(func() { close(r.ended) })
	r.wg.Wait()
}

func (r *reporter) run() {
	for {
		select {
		case line := <-r.lines:
			r.write(line)
		case <-r.ended:
			for {
				select {
				case line := <-r.lines:
					r.write(line)
				default:
					return
				}
			}
		}
	}
}

func (r *reporter) write(line slog.Record) {
	ctx := context.Background()
	h := r.log.Handler()
	if !h.Enabled(ctx, line.Level) {
		return
	}
	// A logger cannot be told that it failed.
	_ = h.Handle(ctx, line)
	if n := r.lost.Swap(0); n > 0 {
		r.log.LogAttrs(ctx, slog.LevelError, "lines were not logged, since the log took none", slog.Int64("lines", n))
	}
}
