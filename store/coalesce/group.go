package coalesce

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	"notewire/store"
)

// Config is what a Group is made of. Zero numbers are the defaults.
type Config[K comparable, V any] struct {
	// One looks one key up.
	One func(ctx context.Context, key K) (V, error)
	// Many looks up keys, each once, and calls found, in its own goroutine, for
	// each that it found: with the value, or with what is wrong with it. The
	// others are store.ErrNotFound. If it answers an error, nothing was found.
	Many func(ctx context.Context, keys []K, found func(K, V, error)) error
	// AtOnce is how many queries may be under way before look-ups gather.
	// Default 2.
	AtOnce int
	// MaxKeys is how many look-ups one query may answer. Default 100.
	MaxKeys int
}

// Group is the look-ups of one kind. It is safe for concurrent use.
type Group[K comparable, V any] struct {
	cfg Config[K, V]

	mu       sync.Mutex
	underWay int
	waiting  []*call[K, V]
}

// call is a look-up that waits.
type call[K comparable, V any] struct {
	key  K
	done chan struct{}

	// Under the group's mutex.
	left  bool         // its caller has gone
	batch *batch[K, V] // nil while it gathers

	// Written before done is closed.
	value V
	err   error
	same  *call[K, V] // another one in the batch with this key
}

// batch is what one query answers.
type batch[K comparable, V any] struct {
	calls   []*call[K, V]
	ctx     context.Context
	cancel  context.CancelFunc
	callers int // who have not gone; under the group's mutex
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

// Get looks the key up. The error is ctx's, that of the query, or
// store.ErrNotFound.
func (g *Group[K, V]) Get(ctx context.Context, key K) (V, error) {
	g.mu.Lock()
	if g.underWay < g.cfg.AtOnce {
		g.underWay++
		g.mu.Unlock()
		defer g.passOn()
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

// leave lets a query end early for which nobody waits any more.
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

// passOn gives the place of a query that has ended to those who gathered.
func (g *Group[K, V]) passOn() {
	if b := g.gather(); b != nil {
		go func() {
			for b != nil {
				g.answer(b)
				b = g.gather()
			}
		}()
	}
}

// gather takes the next batch; without one, the place is free.
func (g *Group[K, V]) gather() *batch[K, V] {
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

// answer runs the query of a batch and answers its calls.
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
