package feed

import (
	"fmt"
	"testing"
	"time"

	"notewire/store"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func events(ids ...int64) (out []store.Event) {
	for _, id := range ids {
		out = append(out, store.Event{ID: id})
	}
	return out
}

func ids(events []store.Event) (out []int64) {
	for _, ev := range events {
		out = append(out, ev.ID)
	}
	return out
}

// An effect must not overtake a cause that did not fit into the answer.
func TestTruncatedLateEventsHoldNewOnesBack(t *testing.T) {
	tr := newTracker(Identity{}, Head{Highest: 10, Missing: []Range{{2, 6}}}, 5, now)
	b, more := tr.apply(Read{Xmin: 9, Events: events(2, 3, 11, 12)}, 2, now)
	if got := fmt.Sprint(ids(b.Events), more, tr.asked()); got != "[2 3] true [{4 6}]" {
		t.Errorf("first read: %s", got)
	}
	b, more = tr.apply(Read{Xmin: 9, Events: events(5, 11, 12)}, 2, now)
	if got := fmt.Sprint(ids(b.Events), more, tr.asked(), tr.noticed); got != "[5 11 12] true [] 5" {
		t.Errorf("second read: %s", got)
	}
}

func TestGivenUpExactly(t *testing.T) {
	tr := newTracker(Identity{}, Head{}, 1, now)
	tr.apply(Read{Xmin: 1, Events: events(3)}, 10, now) // 1 and 2 are open
	tr.setHorizon(20, now.Add(time.Second), time.Second)
	tr.apply(Read{Xmin: 19, Events: events(6)}, 10, now.Add(time.Second)) // one below; and now 4 and 5
	if got := fmt.Sprint(tr.asked()); got != "[{1 2} {4 5}]" {
		t.Errorf("below the horizon: %s", got)
	}
	b, _ := tr.apply(Read{Xmin: 20, Events: events(2)}, 10, now) // reached; 4 and 5 have no horizon
	if got := fmt.Sprint(ids(b.Events), tr.asked(), tr.noticed, tr.filled, tr.givenUp); got != "[2] [{4 5}] 4 1 1" {
		t.Errorf("at the horizon: %s", got)
	}
}

func TestYoungGapsGetNoHorizon(t *testing.T) {
	tr := newTracker(Identity{}, Head{}, 1, now)
	tr.apply(Read{Events: events(2)}, 10, now)
	tr.apply(Read{Events: events(4)}, 10, now.Add(30*time.Millisecond))
	if since, ok := tr.horizonDue(); !ok || !since.Equal(now) {
		t.Errorf("due since %v, %v", since, ok)
	}
	tr.setHorizon(7, now.Add(60*time.Millisecond), 50*time.Millisecond)
	if since, ok := tr.horizonDue(); !ok || !since.Equal(now.Add(30*time.Millisecond)) {
		t.Errorf("then due since %v, %v", since, ok)
	}
}

func TestPruned(t *testing.T) {
	for _, test := range []struct {
		name    string
		missing []Range
		highest int64
		through int64
		lost    bool
		after   string
	}{
		{"behind the reader", nil, 10, 10, false, "10 []"},
		{"past the reader", nil, 10, 11, true, "11 []"},
		{"over an open gap", []Range{{4, 6}}, 10, 5, true, "10 [{6 6}]"},
		{"below an open gap", []Range{{4, 6}}, 10, 3, false, "10 [{4 6}]"},
		{"past everything", []Range{{4, 6}}, 10, 20, true, "20 []"},
	} {
		t.Run(test.name, func(t *testing.T) {
			tr := newTracker(Identity{}, Head{Highest: test.highest, Missing: test.missing}, 5, now)
			b, _ := tr.apply(Read{Xmin: 1, PrunedThrough: test.through}, 10, now)
			if got := fmt.Sprint(tr.highest, " ", tr.asked()); got != test.after || (b.Gap != nil) != test.lost {
				t.Errorf("gap %v, position %s, want %v, %s", b.Gap, got, test.lost, test.after)
			}
			if b, _ = tr.apply(Read{Xmin: 1, PrunedThrough: test.through}, 10, now); b.Gap != nil {
				t.Error("the same gap is reported twice")
			}
		})
	}
}
