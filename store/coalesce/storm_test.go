package coalesce_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"notewire/store"
	"notewire/store/coalesce"
)

// Many look things up at once, some of which are unknown, and some lose their
// patience: everybody is told of what they asked, as it was after they asked.
func TestNobodyIsToldOfAnother(t *testing.T) {
	type answer struct {
		key     int
		version int64
	}
	var version, several atomic.Int64
	read := func(key int, began int64) (answer, error) {
		if key%5 == 0 {
			return answer{}, store.ErrNotFound
		}
		return answer{key, began}, nil
	}
	pause := func() {
		for range rand.IntN(20) {
			runtime.Gosched()
		}
	}
	g := coalesce.New(coalesce.Config[int, answer]{
		One: func(ctx context.Context, key int) (answer, error) {
			began := version.Load()
			pause()
			if ctx.Err() != nil {
				return answer{}, ctx.Err()
			}
			return read(key, began)
		},
		Many: func(ctx context.Context, keys []int, found func(int, answer, error)) error {
			began := version.Load()
			several.Add(1)
			seen := map[int]bool{}
			for _, i := range rand.Perm(len(keys)) { // rows come in any order
				if seen[keys[i]] {
					return fmt.Errorf("%d twice", keys[i])
				}
				seen[keys[i]] = true
				pause()
				if a, err := read(keys[i], began); err == nil {
					found(keys[i], a, nil)
				}
			}
			return ctx.Err()
		},
		MaxKeys: 7,
	})
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			for range 500 {
				key := rand.IntN(30)
				ctx, leave := context.WithCancel(t.Context())
				if rand.IntN(10) == 0 {
					go leave()
				}
				asked := version.Add(1)
				a, err := g.Get(ctx, key)
				switch {
				case errors.Is(err, context.Canceled) && ctx.Err() != nil:
				case key%5 == 0:
					if !errors.Is(err, store.ErrNotFound) {
						t.Errorf("%d: %v, %v, want ErrNotFound", key, a, err)
					}
				case err != nil || a.key != key:
					t.Errorf("%d was told of %v, %v", key, a, err)
				case a.version < asked:
					t.Errorf("asked at %d, told of %d", asked, a.version)
				}
				leave()
			}
		})
	}
	wg.Wait()
	if several.Load() == 0 {
		t.Error("nobody ever gathered")
	}
}
