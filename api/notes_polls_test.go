package api

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"notewire/protocol"
	"notewire/store"
)

func (w *noteWorld) poll(who string, multiple bool, more params) packed {
	w.Helper()
	poll := params{"choices": []string{"a", "b", "c"}, "multiple": multiple}
	for k, v := range more {
		poll[k] = v
	}
	return w.posts(who, params{"text": "poll", "poll": poll})
}

func TestVotes(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob", "eve")
	n := w.poll("bob", false, nil)
	w.log()
	w.call("ann", "notes/polls/vote", params{"noteId": n.ID, "choice": 1})
	if got, want := w.changes(), []string{fmt.Sprintf(`pollVoted {"choice":1,"userId":%q}`, userID("ann"))}; !reflect.DeepEqual(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	w.refuses("ann", "notes/polls/vote", params{"noteId": n.ID, "choice": 1}, errAlreadyVoted)
	w.refuses("ann", "notes/polls/vote", params{"noteId": n.ID, "choice": 2}, errAlreadyVoted)

	many := w.poll("bob", true, nil)
	w.call("ann", "notes/polls/vote", params{"noteId": many.ID, "choice": 0})
	w.call("ann", "notes/polls/vote", params{"noteId": many.ID, "choice": 2})
	w.refuses("ann", "notes/polls/vote", params{"noteId": many.ID, "choice": 2}, errAlreadyVoted)
	var shown packed
	w.decode(w.call("ann", "notes/show", params{"noteId": many.ID}), &shown)
	got := fmt.Sprint(shown.Poll.Choices)
	if want := "[{a 1 true} {b 0 false} {c 1 true}]"; got != want {
		t.Errorf("shown %s, want %s", got, want)
	}
	w.decode(w.call("eve", "notes/show", params{"noteId": many.ID}), &shown)
	if got, want := fmt.Sprint(shown.Poll.Choices), "[{a 1 false} {b 0 false} {c 1 false}]"; got != want {
		t.Errorf("shown to somebody else %s, want %s", got, want)
	}
}

func TestVoteRefusals(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob", "eve")
	w.block("eve", "ann")
	n := w.poll("bob", false, nil)
	plain := w.says("bob", "x")
	over := w.poll("bob", false, params{"expiredAfter": 1})
	eves := w.poll("eve", false, nil)
	hidden := w.posts("bob", params{"text": "x", "visibility": "followers", "poll": params{"choices": []string{"a", "b"}}})
	w.log()
	for _, c := range []struct {
		note   store.NoteID
		choice any
		want   *Error
	}{
		{"none", 0, errNoSuchPollNote}, {hidden.ID, 0, errNoSuchPollNote}, {plain.ID, 0, errNoPoll},
		{n.ID, 3, errInvalidChoice}, {n.ID, -1, errInvalidChoice}, {over.ID, 0, errPollOver}, {eves.ID, 0, errBlockedFromVote},
		{n.ID, "a", errInvalidParam},
	} {
		w.refuses("ann", "notes/polls/vote", params{"noteId": c.note, "choice": c.choice}, c.want)
	}
	w.refuses("", "notes/polls/vote", params{"noteId": n.ID, "choice": 0}, errCredentialRequired)
	w.tells("")
}

func TestVotingAtOnce(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	n := w.poll("bob", false, nil)
	var wg sync.WaitGroup
	var mu sync.Mutex
	answers := map[int]int{}
	for i := range 9 {
		wg.Go(func() {
			status, _ := w.answerOf("ann", "notes/polls/vote", params{"noteId": n.ID, "choice": i % 3})
			mu.Lock()
			defer mu.Unlock()
			answers[status]++
		})
	}
	wg.Wait()
	if want := map[int]int{http.StatusNoContent: 1, http.StatusBadRequest: 8}; !reflect.DeepEqual(answers, want) {
		t.Errorf("answers: %v, want %v", answers, want)
	}
}

// A poll's end is told once, to its author and its voters, each with their own
// votes, however many nodes look for it.
func TestPollEnds(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob", "eve", "dan@d.example")
	n := w.poll("bob", false, params{"expiredAfter": 60000})
	w.poll("bob", false, nil) // never ends
	gone := w.poll("bob", false, params{"expiredAfter": 60000})
	w.call("bob", "notes/delete", params{"noteId": gone.ID})
	for _, who := range []string{"ann", "dan"} {
		w.call(who, "notes/polls/vote", params{"noteId": n.ID, "choice": 2})
	}
	w.log()
	next, err := w.endPollsNow(t.Context())
	if err != nil || n.Poll.ExpiresAt == nil || protocol.FormatTime(next) != *n.Poll.ExpiresAt {
		t.Errorf("the next end is at %v, %v, want %v", next, err, n.Poll.ExpiresAt)
	}
	w.tells("")
	w.clock.Lock()
	w.now = w.now.Add(time.Minute)
	w.clock.Unlock()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := w.endPollsNow(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	events := w.log()
	if len(events) != 2 {
		t.Fatalf("%d events: %v", len(events), events)
	}
	for i, who := range []string{"bob", "ann"} {
		e := events[i]
		if e.Topic != store.MainTopic(userID(who)) || e.Type != "notification" || !strings.Contains(string(e.Body), `"type":"pollEnded"`) {
			t.Errorf("event %d: %s %s %s", i, e.Topic, e.Type, e.Body)
		}
		if got := strings.Contains(string(e.Body), `{"text":"c","votes":2,"isVoted":true}`); got != (who == "ann") {
			t.Errorf("%s is told of %s", who, e.Body)
		}
	}
}
