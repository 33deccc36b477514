package streaming

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"notewire/channel"
	"notewire/store"
)

// participations is what users did by user and note.
type participations = map[store.UserID]map[store.NoteID]store.Participation

// brokenLoader is a part of the preparation that panics.
type brokenLoader struct{}

func (brokenLoader) Participations(context.Context, []store.NoteID, []store.NoteID, []store.UserID) (participations, error) {
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

func preparing(l ParticipationLoader) *Server {
	return &Server{cfg: Config{Participations: l, Stats: new(Stats), PrepareTimeout: 1 << 40}, log: slog.New(slog.DiscardHandler)}
}

// An event that cannot be prepared is passed over, and those around it go out.
func TestPanicCostsOneEvent(t *testing.T) {
	poison := &store.NoteFacts{ID: "r", Audience: store.Audience{UserID: "b", Visibility: store.Public}, ReactionCount: 1}
	s := preparing(brokenLoader{})
	got := s.prepare(t.Context(), []store.Event{noteEvent(t, "1", nil), noteEvent(t, "2", poison), noteEvent(t, "3", nil)}, recipients{})
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
		s := preparing(brokenLoader{})
		got := s.prepare(t.Context(), events, recipients{})
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
			if e, ok := p.(*channel.NoteEvent); !ok || string(e.Facts().ID) != strconv.Itoa(i) {
				t.Errorf("event %d of %d: %+v", i, n, p)
			}
		}
	}
}

// meetingLoader answers when it was asked by all of them, and notes what for.
type meetingLoader struct {
	wait  sync.WaitGroup
	mu    sync.Mutex
	asked []string
}

func (l *meetingLoader) Participations(_ context.Context, reacted, voted []store.NoteID, users []store.UserID) (participations, error) {
	l.mu.Lock()
	l.asked = append(l.asked, fmt.Sprint(reacted, voted, users))
	l.mu.Unlock()
	l.wait.Done()
	l.wait.Wait()
	return nil, nil
}

// Queries of one batch are made at the same time, so it waits as long as for
// one of them: one for each event that has a note with reactions or votes, whatever
// the depth.
func TestQueriesOfABatchAreMadeTogether(t *testing.T) {
	l := &meetingLoader{}
	l.wait.Add(2)
	other := func(id store.NoteID, reactions, votes int) *store.NoteFacts {
		return &store.NoteFacts{ID: id, Audience: store.Audience{UserID: "b", Visibility: store.Public}, ReactionCount: reactions, VoteCount: votes}
	}
	deep := other("deep", 2, 3)
	deep.ReplyID, deep.Reply = "answered", other("answered", 1, 0)
	events := []store.Event{noteEvent(t, "n1", deep), noteEvent(t, "n2", other("liked", 1, 0)), noteEvent(t, "n3", other("ignored", 0, 0)), noteEvent(t, "n4", nil)}
	for i, p := range preparing(l).prepare(t.Context(), events, recipients{}) {
		if p == nil {
			t.Errorf("event %d was lost", i)
		}
	}
	slices.Sort(l.asked)
	if want := []string{"[deep answered] [deep] []", "[liked] [] []"}; !slices.Equal(l.asked, want) {
		t.Errorf("asked for %q, want %q", l.asked, want)
	}
}

// Whoever alone gets the events is alone asked for, and not at all if they are not
// online; so is who is online where a note has many reactions.
func TestWhoIsAskedFor(t *testing.T) {
	other := func(reactions int) *store.NoteFacts {
		return &store.NoteFacts{ID: "r", Audience: store.Audience{UserID: "b", Visibility: store.Public}, ReactionCount: reactions}
	}
	main := noteEvent(t, "n", other(1))
	main.Topic, main.Type = store.MainTopic("me"), store.MainRenote
	for _, c := range []struct {
		what   string
		event  store.Event
		to     recipients
		online bool
		want   string
	}{
		{"everybody", noteEvent(t, "n", other(manyActs)), recipients{}, true, "[r] [] []"},
		{"who is online", noteEvent(t, "n", other(manyActs+1)), recipients{}, true, "[r] [] [me]"},
		{"who resumes", noteEvent(t, "n", other(manyActs+1)), recipients{one: true, user: "me"}, true, "[r] [] [me]"},
		{"nobody, where an anonymous client resumes", noteEvent(t, "n", other(1)), recipients{one: true}, true, ""},
		{"whose main it is", main, recipients{}, true, "[r] [] [me]"},
		{"whose main it is, who is not online", main, recipients{}, false, ""},
	} {
		l := &meetingLoader{}
		l.wait.Add(1)
		s := preparing(l)
		var err error
		if s.hub, err = channel.NewHub(channel.Config{Loader: &testPeople{}}); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.hub.Run(ctx) }()
		if c.online {
			if _, err := s.hub.Join(ctx, channel.Connection{Access: store.Access{UserID: "me"}, Sink: &session{}}); err != nil {
				t.Fatal(err)
			}
		}
		s.prepare(ctx, []store.Event{c.event}, c.to)
		if got := strings.Join(l.asked, " "); got != c.want {
			t.Errorf("%s: asked for %q, want %q", c.what, got, c.want)
		}
		stop()
		<-ended
	}
}

// A note of which nobody says who may see it is sent to nobody, and counted; one
// whose facts were derived is counted as well.
func TestNotesWithoutFactsAreCounted(t *testing.T) {
	note := json.RawMessage(`{"id":"n","userId":"u","visibility":"public","user":{"host":null}}`)
	s := preparing(brokenLoader{})
	got := s.prepare(t.Context(), []store.Event{
		{Topic: store.PrefixAntenna + "a", Type: store.EventNote, Body: note},
		{Topic: store.TopicNotes, Type: store.EventNote, Body: note},
		{Topic: store.MainTopic("u"), Type: "unheardOf", Body: json.RawMessage(`{}`)},
	}, recipients{})
	if got[0] != nil || got[1] == nil || got[2] == nil {
		t.Errorf("prepared %v", got)
	}
	if refused, derived := s.cfg.Stats.NotesWithoutFacts.Load(), s.cfg.Stats.FactsDerived.Load(); refused != 1 || derived != 1 {
		t.Errorf("counted %d refused and %d derived, want 1 and 1", refused, derived)
	}
}
