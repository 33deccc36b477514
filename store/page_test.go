package store_test

import (
	"testing"
	"time"

	"notewire/store"
)

func TestPageOrder(t *testing.T) {
	for _, c := range []struct {
		page store.Page
		want bool
	}{
		{store.Page{}, false},
		{store.Page{SinceID: "a"}, true},
		{store.Page{UntilID: "b"}, false},
		{store.Page{SinceID: "a", UntilID: "b"}, false},
	} {
		if got := c.page.Ascending(); got != c.want {
			t.Errorf("%+v: Ascending() = %v, want %v", c.page, got, c.want)
		}
	}
}

func TestPageWithin(t *testing.T) {
	at := time.UnixMilli(1_700_000_000_000)
	later := at.Add(time.Hour)

	got := store.Page{Limit: 5}.Within(at, later)
	if want := (store.Page{SinceID: store.IDFloor(at), UntilID: store.IDFloor(later), Limit: 5}); got != want {
		t.Errorf("by dates: %+v, want %+v", got, want)
	}
	if got := (store.Page{SinceID: "s", UntilID: "u"}).Within(at, later); got.SinceID != "s" || got.UntilID != "u" {
		t.Errorf("ids and dates: %+v, want the ids", got)
	}
	if got := (store.Page{}).Within(time.Time{}, time.Time{}); got != (store.Page{}) {
		t.Errorf("no dates: %+v, want no bounds", got)
	}
}
