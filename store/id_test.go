package store_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"notewire/store"
)

func TestIDsSortByTimeAndAreUnique(t *testing.T) {
	ids := store.NewIDs()
	start := time.UnixMilli(1_750_000_000_000)
	var made []string
	for i := range 100 {
		made = append(made, ids.New(start.Add(time.Duration(i)*time.Millisecond)))
	}
	if !slices.IsSorted(made) {
		t.Error("ids of later instants do not sort later")
	}

	var (
		mu   sync.Mutex
		seen = map[string]bool{}
		wg   sync.WaitGroup
	)
	for range 8 {
		wg.Go(func() {
			for range 1000 {
				id := ids.New(start)
				mu.Lock()
				if seen[id] {
					t.Errorf("%s was made twice", id)
				}
				seen[id] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

func TestIDTime(t *testing.T) {
	at := time.Date(2024, 10, 9, 8, 7, 6, 543_000_000, time.UTC)
	id := store.NewIDs().New(at)
	if len(id) != 16 {
		t.Errorf("%q has %d characters, want 16", id, len(id))
	}
	got, err := store.IDTime(id)
	if err != nil || !got.Equal(at) {
		t.Errorf("IDTime(%s) = %v, %v, want %v", id, got, err, at)
	}
	for _, bad := range []string{"", "short", "!!!!!!!!00000000", "-1234567aaaa0000"} {
		if _, err := store.IDTime(bad); !errors.Is(err, store.ErrBadID) {
			t.Errorf("IDTime(%q): %v, want ErrBadID", bad, err)
		}
	}
}

// The bounds of sinceDate and untilDate hold whatever the node's name is.
func TestIDFloor(t *testing.T) {
	at := time.UnixMilli(1_750_000_000_123)
	ids := store.NewIDs()
	floor := store.IDFloor(at)
	if id := ids.New(at); id < floor {
		t.Errorf("%s was made at the instant of %s and sorts before it", id, floor)
	}
	if id := ids.New(at.Add(-time.Millisecond)); id >= floor {
		t.Errorf("%s was made before the instant of %s and sorts after it", id, floor)
	}
	if got, want := store.IDFloor(time.UnixMilli(0)), "0000000000000000"; got != want {
		t.Errorf("IDFloor before 2000 = %s, want %s", got, want)
	}
}
