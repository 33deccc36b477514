//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"notewire/store/feed"
)

// writers append at the same time, one event in each transaction.
const writers = 16

const (
	plainInsert  = `INSERT INTO event (at, topic, type, body, facts) VALUES ($1, $2, $3, $4, $5)`
	notifyInsert = `WITH e AS (` + plainInsert + ` RETURNING id) SELECT pg_notify('notewire_event', id::TEXT) FROM e`
)

// appendRate appends with all writers for a while and answers events/s, and
// how many there were. committed is called after each commit.
func (e *engine) appendRate(ctx context.Context, statement string, length time.Duration, first int, committed func(seq int)) (perSecond float64, count int, err error) {
	var next atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	next.Store(int64(first))
	began := time.Now()
	for range writers {
		wg.Go(func() {
			conn, failed := e.db.Conn(ctx)
			if failed == nil {
				defer func() { _ = conn.Close() }()
				for failed == nil && time.Since(began) < length {
					seq := int(next.Add(1) - 1)
					ev := e.world.noteEvent(seq, e.world.poster, "public")
					_, failed = conn.ExecContext(ctx, statement, time.Now().UnixMilli(), ev.topic, ev.typ, ev.body, ev.facts)
					committed(seq)
				}
			}
			if failed != nil {
				mu.Lock()
				err = errors.Join(err, failed)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	count = int(next.Load()) - first
	return float64(count) / time.Since(began).Seconds(), count, err
}

// waking notifies the nodes after commits, as a node does (see wake.go of
// store/postgres, whose pauses these are): a commit that comes while a NOTIFY
// is under way, or in the pause after it, makes exactly one more follow.
func (e *engine) waking(ctx context.Context) (wake, stop func()) {
	pacer := feed.Pacer{Least: 2 * time.Millisecond, Most: 10 * time.Millisecond}
	due := make(chan struct{}, 1)
	var commits atomic.Int64
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for told := int64(0); ; {
			select {
			case <-due:
			case <-ctx.Done():
				return
			}
			now := commits.Load()
			if e.notify(ctx) != nil {
				return // the nodes poll, too
			}
			sleep(ctx, pacer.Took(int(now-told)))
			told = now
		}
	}()
	wake = func() {
		commits.Add(1)
		select {
		case due <- struct{}{}:
		default:
		}
	}
	return wake, func() { cancel(); <-done }
}

// appending compares the rate of appends with a node reading the log with that
// of plain inserts, and of inserts that notify in their transaction.
func appending(ctx context.Context, b *bench, e *engine) error {
	length := 3 * time.Second
	if b.quick {
		length = time.Second
	}
	var plain, fed, notified samples
	seq := 0
	run := func(statement string, feed bool, to *samples) (err error) {
		wake, stop := func() {}, func() {}
		if feed {
			s, err := e.stage(ctx)
			if err != nil {
				return err
			}
			defer s.end(&err)
			wake, stop = e.waking(ctx)
		}
		rate, count, err := e.appendRate(ctx, statement, length, seq, func(int) { wake() })
		stop()
		seq += count
		*to = append(*to, rate)
		return err
	}
	for range b.rounds(4) {
		for _, err := range []error{run(plainInsert, false, &plain), run(plainInsert, true, &fed), run(notifyInsert, false, &notified)} {
			if err != nil {
				return err
			}
		}
	}
	base := result{Case: "append", Engine: e.name, Unit: "events/s"}
	for _, r := range []struct {
		name string
		s    samples
	}{{"appended, plain inserts", plain}, {"appended, feed running", fed}, {"appended, NOTIFY in the transaction", notified}} {
		base.Name = r.name
		b.add(r.s.of(base))
	}
	base.AtLeast = true
	base.Name, base.Bar, base.Goal = "events/s with the feed running against plain inserts", 0.8, 0.9
	b.add(ratio(fed, plain, base))
	base.Name, base.Bar, base.Goal = "events/s with the feed running against NOTIFY in the transaction", 2, 0
	b.add(ratio(fed, notified, base))
	return nil
}

// nodes appends as fast as possible while several nodes read, and measures
// when a client of each has the event.
func nodes(ctx context.Context, b *bench, e *engine) error {
	length := 4 * time.Second
	if b.quick {
		length = time.Second
	}
	seq := 0
	for _, count := range []int{1, 2, 4} {
		if err := b.nodesAt(ctx, e, count, length, &seq); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) nodesAt(ctx context.Context, e *engine, count int, length time.Duration, seq *int) (err error) {
	w := newStopwatch()
	var stages []*stage
	for range count {
		s, err := e.stage(ctx)
		if err != nil {
			return err
		}
		defer s.end(&err)
		if err := s.fleet.dial(ctx, 1, viewers(1, 1, "localTimeline")); err != nil {
			return err
		}
		s.fleet.sample(1)
		s.fleet.listen(w.onText)
		stages = append(stages, s)
	}
	wake, stop := e.waking(ctx)
	rate, n, err := e.appendRate(ctx, plainInsert, length, *seq, func(seq int) { w.start(seq, time.Now()); wake() })
	*seq += n
	if err != nil {
		stop()
		return err
	}
	behind := time.Now()
	for _, s := range stages {
		if err := await(ctx, s.fleet.reach(int64(n)), "events"); err != nil {
			stop()
			return err
		}
	}
	stop()
	base := result{Case: "nodes", Name: fmt.Sprintf("events/s read by %d nodes", count), Engine: e.name, Value: rate, Unit: "events/s",
		Detail: fmt.Sprintf("the last was there %.0f ms after the writers ended", millis(time.Since(behind)))}
	b.add(base)
	b.percentiles(result{Case: "nodes", Name: fmt.Sprintf("from commit to client at full rate, %d nodes", count), Engine: e.name}, w.latencies(), 0, 0)
	return nil
}
