package store_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"notewire/store"
)

var kinds = map[store.IDKind]int{store.AIDX: 16, store.AID: 10} // and how long ids are

func TestIDsSortByTimeAndAreUnique(t *testing.T) {
	for kind := range kinds {
		ids := store.NewIDs(kind)
		start := time.UnixMilli(1_750_000_000_000)
		var made []string
		for i := range 100 {
			made = append(made, ids.New(start.Add(time.Duration(i)*time.Millisecond)))
		}
		if !slices.IsSorted(made) {
			t.Errorf("%s: ids of later instants do not sort later", kind)
		}

		var (
			mu   sync.Mutex
			seen = map[string]bool{}
			wg   sync.WaitGroup
		)
		for range 8 {
			wg.Go(func() {
				for i := range 1000 {
					// The instants go back and forth, as those of calls do.
					id := ids.New(start.Add(-time.Duration(i%3) * time.Millisecond))
					mu.Lock()
					if seen[id] {
						t.Errorf("%s: %s was made twice", kind, id)
					}
					seen[id] = true
					mu.Unlock()
				}
			})
		}
		wg.Wait()
	}
}

// Two digits tell 1,296 ids of a millisecond apart. Past them, ids are of the
// next milliseconds, and all of one millisecond sort as they were made.
func TestAIDOfOneInstant(t *testing.T) {
	ids := store.NewIDs(store.AID)
	at := time.UnixMilli(1_750_000_000_000).UTC()
	var made []string
	for range 3000 {
		made = append(made, ids.New(at))
	}
	if !slices.IsSorted(made) || len(slices.Compact(slices.Clone(made))) != len(made) {
		t.Error("ids of one instant do not sort as they were made, or repeat")
	}
	if last, err := store.IDTime(made[len(made)-1]); err != nil || last.Sub(at) > 5*time.Millisecond {
		t.Errorf("the last id is of %v, the instant was %v; %v", last, at, err)
	}
}

// What was made for an instant is not made again after more instants than any
// call takes milliseconds.
func TestAIDRemembersInstants(t *testing.T) {
	ids := store.NewIDs(store.AID)
	start := time.UnixMilli(1_750_000_000_000)
	seen := map[string]bool{}
	take := func(at time.Time) {
		id := ids.New(at)
		if seen[id] {
			t.Fatalf("%s was made twice", id)
		}
		seen[id] = true
	}
	for range 600 {
		take(start)
	}
	for i := range 1000 {
		take(start.Add(time.Duration(i+1) * time.Millisecond))
	}
	for range 600 {
		take(start)
	}
}

func TestIDTime(t *testing.T) {
	at := time.Date(2024, 10, 9, 8, 7, 6, 543_000_000, time.UTC)
	for kind, length := range kinds {
		id := store.NewIDs(kind).New(at)
		if len(id) != length {
			t.Errorf("%s: %q has %d characters, want %d", kind, id, len(id), length)
		}
		got, err := store.IDTime(id)
		if err != nil || !got.Equal(at) {
			t.Errorf("%s: IDTime(%s) = %v, %v, want %v", kind, id, got, err, at)
		}
	}
	for _, bad := range []string{"", "short", "!!!!!!!!00000000", "-1234567aaaa0000"} {
		if _, err := store.IDTime(bad); !errors.Is(err, store.ErrBadID) {
			t.Errorf("IDTime(%q): %v, want ErrBadID", bad, err)
		}
	}
}

// The bounds of sinceDate and untilDate hold for both kinds of ids.
func TestIDFloor(t *testing.T) {
	for kind := range kinds {
		ids := store.NewIDs(kind)
		for _, ms := range []int64{946684800000, 1_750_000_000_123, 3_767_000_000_000} {
			at := time.UnixMilli(ms)
			floor := store.IDFloor(at)
			if id := ids.New(at); id <= floor {
				t.Errorf("%s was made at the instant of %s and does not sort after it", id, floor)
			}
			if id := ids.New(at.Add(-time.Millisecond)); ms > 946684800000 && id >= floor {
				t.Errorf("%s was made before the instant of %s and sorts after it", id, floor)
			}
		}
		if id, floor := ids.New(time.UnixMilli(946684800000)), store.IDFloor(time.UnixMilli(0)); id < floor {
			t.Errorf("%s sorts before the bound %s of a date before 2000", id, floor)
		}
		for _, far := range []time.Time{time.Date(2089, 6, 1, 0, 0, 0, 0, time.UTC), time.UnixMilli(1<<53 - 1)} {
			if id, floor := ids.New(time.UnixMilli(3_767_000_000_000)), store.IDFloor(far); id >= floor {
				t.Errorf("%s sorts after %s, the bound of %v", id, floor, far)
			}
		}
	}
}

func TestWithFreshIDs(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	other := errors.New("another error")
	for _, c := range []struct {
		name    string
		answers []error // the last one again and again
		runs    int
		want    error
	}{
		{"success", []error{nil}, 1, nil},
		{"another error", []error{other}, 1, other},
		{"a taken id", []error{store.ErrIDTaken, store.ErrIDTaken, nil}, 3, nil},
		{"an id that is always taken", []error{store.ErrIDTaken}, 12, store.ErrIDTaken},
	} {
		runs := 0
		err := store.WithFreshIDs(ctx, func(context.Context) error {
			runs++
			return c.answers[min(runs, len(c.answers))-1]
		})
		if !errors.Is(err, c.want) || runs != c.runs {
			t.Errorf("%s: %d runs, %v", c.name, runs, err)
		}
	}
	runs := 0
	err := store.WithFreshIDs(ctx, func(context.Context) error {
		runs++
		cancel()
		return store.ErrIDTaken
	})
	if !errors.Is(err, store.ErrIDTaken) || runs != 1 {
		t.Errorf("after the caller has gone: %d runs, %v", runs, err)
	}
}
