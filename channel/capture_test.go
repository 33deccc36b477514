package channel

import (
	"encoding/json"
	"testing"

	"notewire/protocol/wire"
	"notewire/store"
)

// reacted is the event of a reaction to somebody's note.
func reacted(note store.NoteID, vis store.Visibility) *NoteChangeEvent {
	return NewNoteChangeEvent(store.NoteReacted, &store.NoteChange{
		ID: note, Audience: store.Audience{UserID: "author", Visibility: vis}, ActorID: "reactor",
		Body: json.RawMessage(`{"reaction":"👍","emoji":null,"userId":"reactor"}`),
	})
}

const reactedFrame = `{"type":"noteUpdated","body":{"id":"n","type":"reacted","body":{"reaction":"👍","emoji":null,"userId":"reactor"}}}`

func TestCaptures(t *testing.T) {
	r := newRig(t, Config{Shards: 1})
	rel := store.NewRelations("fan")
	rel.Following["author"] = false
	r.loader.users["fan"] = rel
	var members []*Member
	var sinks []*testSink
	for _, u := range []store.UserID{"fan", "stranger", "", "idle"} {
		m, s := r.join(u)
		members, sinks = append(members, m), append(sinks, s)
		if u != "idle" {
			m.Capture("n")
		}
	}
	got := func() (frames [4][]*wire.Frame) {
		t.Helper()
		r.flush()
		for i, s := range sinks {
			frames[i] = s.take()
			for _, f := range frames[i] {
				if string(f.Payload()) != reactedFrame {
					t.Errorf("got %s", f.Payload())
				}
			}
		}
		return frames
	}
	want := func(what string, counts ...int) {
		t.Helper()
		frames := got()
		for i, n := range counts {
			if len(frames[i]) != n {
				t.Errorf("%s: member %d got %d frames, want %d", what, i, len(frames[i]), n)
			}
		}
	}
	r.deliver(reacted("n", store.Public), reacted("other", store.Public))
	if f := got(); len(f[0]) != 1 || len(f[1]) != 1 || len(f[2]) != 1 || len(f[3]) != 0 || f[0][0] != f[1][0] || f[1][0] != f[2][0] {
		t.Errorf("frames %v, want one that three share", f)
	}
	r.deliver(reacted("n", store.Followers))
	want("a followers-only note", 1, 0, 0, 0)

	members[1].Capture("n")
	members[1].Uncapture("n")
	r.deliver(reacted("n", store.Public))
	want("with a reference left", 1, 1, 1, 0)
	members[1].Uncapture("n")
	members[3].Uncapture("n")
	r.deliver(reacted("n", store.Public))
	want("after the last reference", 1, 0, 1, 0)
	if st, err := r.hub.Stats(t.Context()); err != nil || st.Captures.Captures != 2 || st.Captures.Notes != 1 {
		t.Errorf("stats %+v, %v", st.Captures, err)
	}
	for _, m := range members {
		m.Leave()
	}
	members[0].Capture("n")
	r.deliver(reacted("n", store.Public))
	want("after all left", 0, 0, 0, 0)
	if st, err := r.hub.Stats(t.Context()); err != nil || st.Captures.Captures != 0 || st.Captures.Notes != 0 {
		t.Errorf("left behind: %+v, %v", st.Captures, err)
	}
}

// TestCapturesAreBounded: past the limit the capture that was made first ends.
func TestCapturesAreBounded(t *testing.T) {
	r := newRig(t, Config{Shards: 1, MaxCaptures: 1})
	m, s := r.join("me")
	m.Capture("n")
	m.Capture("other")
	r.deliver(reacted("n", store.Public))
	r.flush()
	expect(t, "the note that was captured first", s.brief(t))
	if st, err := r.hub.Stats(t.Context()); err != nil || st.Captures.Dropped != 1 {
		t.Errorf("stats %+v, %v", st.Captures, err)
	}
}

// TestCapturesEndWithAGap: a member that is sent away hears nothing more.
func TestCapturesEndWithAGap(t *testing.T) {
	r := newRig(t, Config{Shards: 1})
	m, s := r.join("me")
	m.Capture("n")
	r.deliver(&GapEvent{})
	m.Capture("n")
	r.deliver(reacted("n", store.Public))
	r.flush()
	expect(t, "after a gap", s.brief(t))
}

// BenchmarkReaction tells what a reaction to a note with ten captors costs among
// few and many connections, each with twenty captures.
func BenchmarkReaction(b *testing.B) {
	for name, conns := range map[string]int{"connections=100": 100, "connections=10000": 10_000} {
		b.Run("captors=10/"+name, func(b *testing.B) {
			s, d := crowd(b, conns, nil, nil)
			for i, m := range s.members {
				for n := range 19 {
					m.captured().Sub(store.NoteID(string(m.viewer.id) + string(rune('a'+n))))
				}
				if i%(conns/10) == 0 {
					m.captured().Sub("n")
				}
			}
			e := reacted("n", store.Public)
			b.ReportAllocs()
			for b.Loop() {
				s.deliver(e)
			}
			if got := d.n.Load(); got != int64(10*b.N) {
				b.Fatalf("%d frames for %d reactions", got, b.N)
			}
		})
	}
}
