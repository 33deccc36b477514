package channel

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"notewire/store"
)

// TestOrderAmongChurn posts notes while many connections come and go on all
// shards. Those that stay get every note once and in order; those that come
// get every note that is posted after their connect.
func TestOrderAmongChurn(t *testing.T) {
	r := newRig(t, Config{Shards: 4, Mailbox: 8, Linger: 1})
	const notes, batch, steady, churning = 400, 5, 8, 6
	var sinks []*testSink
	for i := range steady {
		user := store.UserID(fmt.Sprint("steady", i))
		if i%4 == 3 {
			user = ""
		}
		m, s := r.join(user)
		m.Connect(connect("localTimeline", "l", ""))
		if user != "" {
			m.Connect(connect("hybridTimeline", "h", ""))
		}
		sinks = append(sinks, s)
	}
	r.flush()

	var mu sync.Mutex // Deliver has one caller at a time, as the dispatcher is
	posts := 0
	post := func() (last int) {
		mu.Lock()
		defer mu.Unlock()
		var events []Prepared
		for range batch {
			events = append(events,
				relation(store.InternalFollow, store.RelationChange{Actor: store.UserID(fmt.Sprint("churn", posts%churning)), Target: "author"}),
				posted(noteFactsBy(store.NoteID(fmt.Sprint(posts)), "author")))
			posts++
		}
		if err := r.hub.Deliver(context.Background(), nowhere(events)); err != nil {
			t.Error(err)
		}
		return posts - 1
	}
	var wg sync.WaitGroup
	for i := range churning {
		wg.Go(func() {
			for range notes / batch / churning {
				s := &testSink{}
				m, err := r.hub.Join(context.Background(), Connection{Access: who(store.UserID(fmt.Sprint("churn", i))), Sink: s})
				if err != nil {
					t.Error(err)
					return
				}
				m.Connect(connect("localTimeline", "l", ""))
				last := post()
				if err := r.hub.Flush(context.Background()); err != nil {
					t.Error(err)
				}
				got := s.brief(t)
				for n := last - batch + 1; n <= last; n++ {
					if !slices.Contains(got, fmt.Sprint("l note ", n)) {
						t.Errorf("note %d was posted after the connect and is missing", n)
					}
				}
				m.Leave()
			}
		})
	}
	wg.Wait()
	for posts < notes {
		post()
	}
	r.flush()
	for i, s := range sinks {
		next := map[byte]int{'l': 0, 'h': 0}
		for _, f := range s.brief(t) {
			if want := fmt.Sprintf("%c note %d", f[0], next[f[0]]); f != want {
				t.Fatalf("connection %d: %q, want %q", i, f, want)
			}
			next[f[0]]++
		}
		if next['l'] != posts || i%4 != 3 && next['h'] != posts {
			t.Errorf("connection %d got %v of %d notes", i, next, posts)
		}
	}
}
