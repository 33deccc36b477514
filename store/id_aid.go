package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
)

const (
	// aidCounts is how many ids of kind AID one millisecond has.
	aidCounts = 36 * 36
	// aidStarts is below which number the count of a millisecond begins. The
	// beginning is random, since other processes count the same millisecond, and
	// half of the numbers are left to count on: within a process ids of one
	// millisecond are in the order in which they were made.
	aidStarts = aidCounts / 2
	// countedMillis is for how many different milliseconds counts are remembered,
	// at least: ids are made for the instant at which a call began, so calls under
	// way at the same time go back and forth by as long as calls take.
	countedMillis = 1024
)

// millisecondCounts counts the ids of each millisecond of late. The zero value
// is ready for use.
type millisecondCounts struct {
	mu sync.Mutex
	// next is the next number of each millisecond; older what next was before it
	// was full.
	next, older map[uint64]uint64
}

// take answers a number that was not taken in this millisecond; if there is
// none, one of the next millisecond that has one.
func (c *millisecondCounts) take(ms uint64) (inMillis, count uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for ; ; ms++ {
		n, counted := c.next[ms]
		if !counted {
			n, counted = c.older[ms]
		}
		if !counted {
			n = rand.Uint64N(aidStarts) //nolint:gosec // it has to differ between processes, not to be a secret
		}
		if n == aidCounts {
			continue
		}
		if c.next == nil || len(c.next) == countedMillis {
			c.next, c.older = make(map[uint64]uint64, countedMillis), c.next
		}
		c.next[ms] = n + 1
		return ms, n
	}
}

// maxFreshIDs is how often WithFreshIDs runs its function. An attempt fails with
// a probability that is the share of a millisecond's ids that other processes
// have given to rows of the same kind: a thousandth at 1,000 rows/s.
const maxFreshIDs = 12

// WithFreshIDs runs do, and runs it again as long as it answers ErrIDTaken, a
// dozen times at most. Whatever writes rows under new ids is run by it, and has
// to make the ids anew each time. It answers what do answered last.
func WithFreshIDs(ctx context.Context, do func(context.Context) error) error {
	for attempt := 1; ; attempt++ {
		err := do(ctx)
		if attempt == maxFreshIDs || !errors.Is(err, ErrIDTaken) || ctx.Err() != nil {
			return err
		}
	}
}
