package store_test

import (
	"slices"
	"testing"

	"notewire/store"
)

// Everybody whom a rule may ask about is named, at every depth.
func TestFactsAuthors(t *testing.T) {
	by := func(author, answered store.UserID) *store.NoteFacts {
		return &store.NoteFacts{Audience: store.Audience{UserID: author, ReplyUserID: answered}}
	}
	f := by("author", "answered")
	f.Reply = by("answered", "before")
	f.Renote = by("renoted", "")
	f.Renote.Reply = by("above", "further")
	f.Renote.Renote = by("deepest", "")

	got := f.Authors()
	slices.Sort(got)
	got = slices.Compact(got)
	want := []store.UserID{"above", "answered", "author", "before", "deepest", "further", "renoted"}
	if !slices.Equal(got, want) {
		t.Errorf("the authors are %v, want %v", got, want)
	}
	if none := (*store.NoteFacts)(nil).Authors(); none != nil {
		t.Errorf("the authors of nothing are %v", none)
	}
}
