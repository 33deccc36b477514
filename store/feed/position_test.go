package feed

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"notewire/store"
)

func TestPositionCovers(t *testing.T) {
	p := Position{highest: 10, skipped: []Range{{2, 3}, {7, 7}}}
	for id, want := range map[int64]bool{1: true, 2: false, 3: false, 4: true, 6: true, 7: false, 8: true, 10: true, 11: false} {
		if got := p.Covers(id); got != want {
			t.Errorf("Covers(%d) = %v", id, got)
		}
	}
	if (Position{}).Covers(1) {
		t.Error("the zero position covers something")
	}
}

func TestCursor(t *testing.T) {
	for _, p := range []Position{
		{},
		{log: math.MaxUint32, highest: math.MaxInt64},
		{log: 7, highest: 1, skipped: []Range{{1, 1}}},
		{log: 7, highest: 1000, skipped: []Range{{1, 3}, {500, 500}, {502, 999}}},
		{log: 7, highest: 1000, skipped: []Range{{999, 1000}}},
		{log: 7, highest: math.MaxInt64, skipped: []Range{{1, math.MaxInt64 - 1}}},
	} {
		c := p.Cursor()
		got, err := ParseCursor(c)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(p) || !got.SameLog(p) {
			t.Errorf("%+v became %q became %+v, %v", p, c, got, err)
		}
	}
	// Short: a frame carries it.
	if c := (Position{log: 1 << 31, highest: 5_000_000, skipped: []Range{{4_999_990, 4_999_990}, {4_999_995, 4_999_995}}}).Cursor(); len(c) > 20 {
		t.Errorf("%q has %d characters", c, len(c))
	}
	if (Position{log: 1}).SameLog(Position{log: 2}) {
		t.Error("two logs are the same")
	}
}

func TestParseCursorRefuses(t *testing.T) {
	for name, c := range map[string]string{
		"empty":                      "",
		"not base64":                 "!!!!!!!!",
		"padded":                     Position{highest: 1}.Cursor() + "=",
		"too short":                  "AQAA",
		"another version":            "AgAAAAAB",
		"no highest":                 "AQAAAAA",
		"half a range":               "AQAAAAAKAQ",
		"a range below one":          "AQAAAAAKBQU",
		"a distance below one":       "AQAAAAAKCwA",
		"ranges that touch":          "AQAAAAAKAQAAAA",
		"a number with zero padding": "AQAAAACBAA",
		"too long":                   strings.Repeat("A", MaxCursor+1),
	} {
		if p, err := ParseCursor(c); !errors.Is(err, ErrBadCursor) {
			t.Errorf("%s: %q is %+v, %v", name, c, p, err)
		}
	}
}

func FuzzParseCursor(f *testing.F) {
	f.Add("")
	f.Add(Position{log: 7, highest: 1000, skipped: []Range{{1, 3}, {500, 500}, {502, 999}}}.Cursor())
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParseCursor(s)
		if err != nil {
			return
		}
		if back := p.Cursor(); back != s {
			t.Errorf("%q became %q", s, back)
		}
		above := p.Highest() + 1
		ranges := p.Skipped()
		for i := len(ranges) - 1; i >= 0; i-- {
			if r := ranges[i]; r.First < 1 || r.Last < r.First || r.Last >= above {
				t.Errorf("ranges %v are not ascending, disjoint and positive", ranges)
			}
			above = ranges[i].First
		}
	})
}

func TestBatchPositions(t *testing.T) {
	tr := newTracker(Identity{Cluster: "a"}, Head{Highest: 10, Missing: []Range{{3, 6}, {8, 8}}}, 5, now)
	b, more := tr.apply(Read{Xmin: 4, Events: []store.Event{{ID: 4}, {ID: 8}, {ID: 11}, {ID: 14}, {ID: 15}}}, 100, now)
	want := []string{"10 [{3 3} {5 6} {8 8}]", "10 [{3 3} {5 6}]", "11 [{3 3} {5 6}]", "14 [{3 3} {5 6} {12 13}]", "15 [{3 3} {5 6} {12 13}]"}
	show := func(p Position) string { return fmt.Sprint(p.Highest(), " ", p.Skipped()) }
	if got := show(b.Start()); got != "10 [{3 6} {8 8}]" || more {
		t.Errorf("start %s, more %v", got, more)
	}
	for i := range b.Events {
		if got := show(b.Position(i)); got != want[i] {
			t.Errorf("after event %d: %s, want %s", b.Events[i].ID, got, want[i])
		}
	}
	if got := show(b.End()); got != want[len(want)-1] {
		t.Errorf("end %s", got)
	}
}
