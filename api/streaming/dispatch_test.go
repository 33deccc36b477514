package streaming

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"

	"notewire/store"
)

// brokenReactions is a part of the preparation that panics.
type brokenReactions struct{}

func (brokenReactions) ReactionsBy(context.Context, store.NoteID, []store.UserID) (map[store.UserID]string, error) {
	panic("broken")
}

// An event that cannot be prepared is passed over, and those around it go out.
func TestPanicCostsOneEvent(t *testing.T) {
	note := func(id string, renote *store.NoteFacts) store.Event {
		f := &store.NoteFacts{ID: store.NoteID(id), Audience: store.Audience{UserID: "a", Visibility: store.Public}, Renote: renote}
		if renote != nil {
			f.RenoteID = renote.ID
		}
		facts, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		return store.Event{Topic: store.TopicNotes, Type: "note", Body: json.RawMessage(`{"id":"` + id + `"}`), Facts: facts}
	}
	poison := &store.NoteFacts{ID: "r", Audience: store.Audience{UserID: "b", Visibility: store.Public}, ReactionCount: 1}
	s := &Server{cfg: Config{Reactions: brokenReactions{}, Stats: new(Stats), PrepareTimeout: 1 << 40}, log: slog.New(slog.DiscardHandler)}
	got := s.prepare(t.Context(), []store.Event{note("1", nil), note("2", poison), note("3", nil)})
	if len(got) != 3 || got[0] == nil || got[1] != nil || got[2] == nil {
		t.Errorf("prepared %v", got)
	}
	if n := s.cfg.Stats.Unreadable.Load(); n != 1 {
		t.Errorf("%d events counted as unreadable, want 1", n)
	}
}
