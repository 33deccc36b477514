package streaming

import (
	"context"
	"encoding/json"
	"log/slog"
	"strconv"
	"sync"
	"testing"

	"notewire/channel"
	"notewire/store"
)

// brokenReactions is a part of the preparation that panics.
type brokenReactions struct{}

func (brokenReactions) ReactionsBy(context.Context, store.NoteID, []store.UserID) (map[store.UserID]string, error) {
	panic("broken")
}

// noteEvent is an event of a note, as it stands in the log.
func noteEvent(t *testing.T, id string, renote *store.NoteFacts) store.Event {
	t.Helper()
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

func preparing(r ReactionLoader) *Server {
	return &Server{cfg: Config{Reactions: r, Stats: new(Stats), PrepareTimeout: 1 << 40}, log: slog.New(slog.DiscardHandler)}
}

// An event that cannot be prepared is passed over, and those around it go out.
func TestPanicCostsOneEvent(t *testing.T) {
	poison := &store.NoteFacts{ID: "r", Audience: store.Audience{UserID: "b", Visibility: store.Public}, ReactionCount: 1}
	s := preparing(brokenReactions{})
	got := s.prepare(t.Context(), []store.Event{noteEvent(t, "1", nil), noteEvent(t, "2", poison), noteEvent(t, "3", nil)})
	if len(got) != 3 || got[0] == nil || got[1] != nil || got[2] == nil {
		t.Errorf("prepared %v", got)
	}
	if n := s.cfg.Stats.Unreadable.Load(); n != 1 {
		t.Errorf("%d events counted as unreadable, want 1", n)
	}
}

// However many there are: every event is prepared once and stands where it
// stood in the log.
func TestPreparationKeepsTheOrder(t *testing.T) {
	for _, n := range []int{0, 1, 2, decodeRun - 1, decodeRun, decodeRun + 1, 10*decodeRun + 1} {
		events := make([]store.Event, n)
		unknown := int64(0)
		for i := range events {
			events[i] = noteEvent(t, strconv.Itoa(i), nil)
			if i%7 == 3 {
				events[i].Type = "unheard of"
				unknown++
			}
		}
		s := preparing(brokenReactions{})
		got := s.prepare(t.Context(), events)
		if len(got) != n || s.cfg.Stats.UnknownEvents.Load() != unknown {
			t.Fatalf("of %d events: %d prepared, %d unknown, want %d", n, len(got), s.cfg.Stats.UnknownEvents.Load(), unknown)
		}
		for i, p := range got {
			if i%7 == 3 {
				if p != nil {
					t.Errorf("event %d of %d: %v", i, n, p)
				}
				continue
			}
			if e, ok := p.(*channel.NoteEvent); !ok || string(e.Facts.ID) != strconv.Itoa(i) {
				t.Errorf("event %d of %d: %+v", i, n, p)
			}
		}
	}
}

// meetingReactions answers when it was asked for all of them.
type meetingReactions struct{ asked sync.WaitGroup }

func (r *meetingReactions) ReactionsBy(_ context.Context, id store.NoteID, _ []store.UserID) (map[store.UserID]string, error) {
	r.asked.Done()
	r.asked.Wait()
	return map[store.UserID]string{"me": string(id)}, nil
}

// Queries of one batch are made at the same time, so it waits as long as for
// one of them.
func TestQueriesOfABatchAreMadeTogether(t *testing.T) {
	r := &meetingReactions{}
	r.asked.Add(2)
	var events []store.Event
	for _, id := range []string{"1", "2"} {
		events = append(events, noteEvent(t, "n"+id, &store.NoteFacts{
			ID: store.NoteID(id), Audience: store.Audience{UserID: "b", Visibility: store.Public}, ReactionCount: 1,
		}))
	}
	for i, p := range preparing(r).prepare(t.Context(), events) {
		e, ok := p.(*channel.NoteEvent)
		if !ok || e.MyReactions["me"] != strconv.Itoa(i+1) {
			t.Errorf("event %d: %+v", i, p)
		}
	}
}
