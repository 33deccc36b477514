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
	left  bool   // its caller has gone
	batch *batch // nil while it gathers

	// Written before done is closed.
	value V
	err   error
	same  *call[K, V] // another one in the batch with this key
}

// batch is what one query answers. It is under the group's mutex.
type batch struct {
	callers int // who have not gone
	cancel  context.CancelFunc
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
	if ctx, calls := g.gather(); calls != nil {
		go func() {
			for calls != nil {
				g.answer(ctx, calls)
				ctx, calls = g.gather()
			}
		}()
	}
}

// gather takes the next batch and its context; without one, the place is free.
func (g *Group[K, V]) gather() (context.Context, []*call[K, V]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = slices.DeleteFunc(g.waiting, func(c *call[K, V]) bool { return c.left })
	n := min(len(g.waiting), g.cfg.MaxKeys)
	if n == 0 {
		g.waiting = nil
		g.underWay--
		return nil, nil
	}
	calls := slices.Clone(g.waiting[:n])
	g.waiting = slices.Delete(g.waiting, 0, n)
	ctx, cancel := context.WithCancel(context.Background())
	b := &batch{callers: n, cancel: cancel}
	for _, c := range calls {
		c.batch = b
	}
	return ctx, calls
}

// answer runs the query of a batch and answers its calls.
func (g *Group[K, V]) answer(ctx context.Context, calls []*call[K, V]) {
	var err error
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a query panicked: %v\n%s", p, debug.Stack())
		}
		calls[0].batch.cancel() // its context is not needed any more
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
		c.value, c.err = g.cfg.One(ctx, c.key)
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
	err = g.cfg.Many(ctx, keys, func(key K, value V, err error) {
		for c := byKey[key]; c != nil; c = c.same {
			c.value, c.err = value, err
		}
	})
}
