package coalesce

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	"notewire/store"
)

// Config says how a Group looks keys up. A number that is zero has its default.
type Config[K comparable, V any] struct {
	// One looks one key up.
	One func(ctx context.Context, key K) (V, error)
	// Many looks up several different keys by one query. For each key that it
	// found it calls found, from its own goroutine, with the value or with the
	// error that concerns this key alone. Keys for which found was not called
	// are store.ErrNotFound. An error of Many itself is that of all keys.
	Many func(ctx context.Context, keys []K, found func(K, V, error)) error
	// AtOnce is how many queries may be under way before look-ups gather.
	// Default 2.
	AtOnce int
	// MaxKeys is how many look-ups one query may answer. Default 100.
	MaxKeys int
}

// Group joins look-ups of one kind into queries. It is safe for concurrent use.
type Group[K comparable, V any] struct {
	cfg Config[K, V]

	mu       sync.Mutex
	underWay int
	waiting  []*call[K, V]
}

// call is a look-up that waits for a query to answer it.
type call[K comparable, V any] struct {
	key  K
	done chan struct{}

	// These are guarded by the group's mutex.
	left  bool         // the caller has gone
	batch *batch[K, V] // nil: in no query yet

	// These are written before done is closed.
	value V
	err   error
	same  *call[K, V] // another call of the batch with this key
}

// batch has the calls that one query answers.
type batch[K comparable, V any] struct {
	calls   []*call[K, V]
	ctx     context.Context
	cancel  context.CancelFunc
	callers int // how many have not gone; guarded by the group's mutex
}

// New makes a group.
func New[K comparable, V any](cfg Config[K, V]) *Group[K, V] {
	if cfg.AtOnce <= 0 {
		cfg.AtOnce = 2
	}
	if cfg.MaxKeys <= 0 {
		cfg.MaxKeys = 100
	}
	return &Group[K, V]{cfg: cfg}
}

// Get looks the key up. The error is that of ctx, that of the query, or
// store.ErrNotFound.
func (g *Group[K, V]) Get(ctx context.Context, key K) (V, error) {
	g.mu.Lock()
	if g.underWay < g.cfg.AtOnce {
		g.underWay++
		g.mu.Unlock()
		defer g.queryEnded()
		return g.cfg.One(ctx, key)
	}
	c := &call[K, V]{key: key, done: make(chan struct{})}
	g.waiting = append(g.waiting, c)
	g.mu.Unlock()
	select {
	case <-c.done:
		return c.value, c.err
	case <-ctx.Done():
		g.leave(c)
		var none V
		return none, fmt.Errorf("waiting for a query: %w", ctx.Err())
	}
}

// leave notes that the caller has gone, and cancels its query if all callers of
// that query have.
func (g *Group[K, V]) leave(c *call[K, V]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	c.left = true
	if b := c.batch; b != nil {
		if b.callers--; b.callers == 0 {
			b.cancel()
		}
	}
}

// queryEnded is called when a query has ended, and starts the queries of those
// who wait, one after the other.
func (g *Group[K, V]) queryEnded() {
	if b := g.nextBatch(); b != nil {
		go func() {
			for b != nil {
				g.answer(b)
				b = g.nextBatch()
			}
		}()
	}
}

// nextBatch takes the calls that have waited longest. If none waits it answers
// nil, and one query fewer is under way.
func (g *Group[K, V]) nextBatch() *batch[K, V] {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = slices.DeleteFunc(g.waiting, func(c *call[K, V]) bool { return c.left })
	n := min(len(g.waiting), g.cfg.MaxKeys)
	if n == 0 {
		g.waiting = nil
		g.underWay--
		return nil
	}
	b := &batch[K, V]{calls: slices.Clone(g.waiting[:n]), callers: n}
	b.ctx, b.cancel = context.WithCancel(context.Background()) //nolint:gosec // answer calls it
	g.waiting = slices.Delete(g.waiting, 0, n)
	for _, c := range b.calls {
		c.batch = b
	}
	return b
}

// answer runs the query of a batch and gives each call its answer.
func (g *Group[K, V]) answer(b *batch[K, V]) {
	calls := b.calls
	var err error
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a query panicked: %v\n%s", p, debug.Stack())
		}
		b.cancel() // its context is not needed any more
		for _, c := range calls {
			if err != nil {
				var none V
				c.value, c.err = none, err
			}
			close(c.done)
		}
	}()
	if len(calls) == 1 {
		c := calls[0]
		c.value, c.err = g.cfg.One(b.ctx, c.key)
		return
	}
	keys := make([]K, 0, len(calls))
	byKey := make(map[K]*call[K, V], len(calls))
	for _, c := range calls {
		c.err = store.ErrNotFound
		if c.same = byKey[c.key]; c.same == nil {
			keys = append(keys, c.key)
		}
		byKey[c.key] = c
	}
	err = g.cfg.Many(b.ctx, keys, func(key K, value V, err error) {
		for c := byKey[key]; c != nil; c = c.same {
			c.value, c.err = value, err
		}
	})
}
