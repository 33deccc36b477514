package channel

import (
	"testing"

	"notewire/store"
)

// BenchmarkFilter is one question: does this subscription get this note, and whole?
func BenchmarkFilter(b *testing.B) {
	for _, name := range []string{"homeTimeline", "localTimeline", "hybridTimeline", "globalTimeline"} {
		b.Run(name, func(b *testing.B) {
			s, _ := crowd(b, 1, []string{name}, func(_ int, r *store.Relations) {
				r.Following["author"] = true
				r.Muting["x"] = struct{}{}
			})
			sub := s.members[0].subs[0]
			v, f := sub.member.seenBy(), noteFactsBy("n", "author")
			f.Reply, f.ReplyID = noteFactsBy("r", "x2"), "r"
			n := carriedNote{facts: f}
			b.ReportAllocs()
			for b.Loop() {
				form, ok := n.admit(v)
				if !sub.filter.Note(v, f) || !ok || !form.Plain() {
					b.Fatal("the note is for this viewer, whole")
				}
			}
		})
	}
}

// BenchmarkPrepare reads a note from the log, once for all who receive it.
func BenchmarkPrepare(b *testing.B) {
	e := &store.Event{ID: 1, Topic: store.TopicNotes, Type: "note",
		Body:  []byte(`{"id":"n","userId":"author","visibility":"public","text":"hello"}`),
		Facts: []byte(`{"id":"n","userId":"author","visibility":"public","hasText":true}`)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Prepare(e); err != nil {
			b.Fatal(err)
		}
	}
}
