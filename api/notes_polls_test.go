package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/api/storage"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/relational"
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
		want   *endpoint.Error
	}{
		{"none", 0, errNoSuchPollNote}, {hidden.ID, 0, errNoSuchPollNote}, {plain.ID, 0, errNoPoll},
		{n.ID, 3, errInvalidChoice}, {n.ID, -1, errInvalidChoice}, {over.ID, 0, errPollOver}, {eves.ID, 0, errBlockedFromVote},
		{n.ID, "a", endpoint.ErrInvalidParam},
	} {
		w.refuses("ann", "notes/polls/vote", params{"noteId": c.note, "choice": c.choice}, c.want)
	}
	w.refuses("", "notes/polls/vote", params{"noteId": n.ID, "choice": 0}, endpoint.ErrCredentialRequired)
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
	next, err := w.actions.EndPolls(t.Context())
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
			if _, err := w.actions.EndPolls(context.WithoutCancel(t.Context())); err != nil {
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

// failingStore fails where somebody is to be notified; empty: nobody.
type failingStore struct {
	storage.Store
	whom store.UserID
}

func (f *failingStore) InTx(ctx context.Context, do func(context.Context, storage.Tx) error) error {
	return f.Store.InTx(ctx, func(ctx context.Context, tx storage.Tx) error { return do(ctx, failingTx{tx, f.whom}) })
}

type failingTx struct {
	storage.Tx
	whom store.UserID
}

func (f failingTx) CreateNotification(ctx context.Context, n *store.Notification) error {
	if n.UserID == f.whom {
		return errors.New("no notification today")
	}
	return f.Tx.CreateNotification(ctx, n)
}

// A poll with many voters is told in parts. Where one fails, others end all the
// same, and later the rest is told, whoever was told before once only.
func TestPollOfManyEnds(t *testing.T) {
	const (
		voters = 3 * action.VotersAtOnce // the author is the first of them; the last part is empty
		others = voters - 1
		before = action.VotersAtOnce - 1 // how many others are told before the failure
	)
	w := newNoteWorld(t, "bob", "eve")
	failing := &failingStore{Store: w.config.Store}
	w.serveWith(func(c *Config) { c.Store = failing })
	n := w.poll("bob", false, params{"expiredAfter": 60000})
	voter := func(i int) store.UserID { return userID(fmt.Sprintf("v%04d", i)) }
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		for i := range others {
			id := voter(i)
			u := &store.User{ID: id, Username: string(id), CreatedAt: w.now, Settings: store.DefaultUserSettings()}
			if err := tx.CreateUser(ctx, u, ""); err != nil {
				return err
			}
			if err := tx.CreateVote(ctx, &store.Vote{ID: "v" + string(id), NoteID: n.ID, UserID: id, Choice: i % 3, CreatedAt: w.now}); err != nil {
				return err
			}
		}
		return nil
	})
	w.call("bob", "notes/polls/vote", params{"noteId": n.ID, "choice": 0}) // told once, as author and voter
	w.poll("eve", false, params{"expiredAfter": 61000})
	w.log()
	// wait lets time pass, polls end on four nodes at once, and answers who was told.
	wait := func(d time.Duration) (told []store.UserID) {
		t.Helper()
		w.clock.Lock()
		w.now = w.now.Add(d)
		w.clock.Unlock()
		var nodes sync.WaitGroup
		for range 4 {
			nodes.Go(func() {
				if _, err := w.actions.EndPolls(context.WithoutCancel(t.Context())); err != nil {
					t.Error(err)
				}
			})
		}
		nodes.Wait()
		for _, e := range w.log() {
			told = append(told, store.UserID(strings.TrimPrefix(e.Topic, store.MainTopic(""))))
		}
		return told
	}

	// The second part fails in the middle: nobody of it is told.
	failing.whom = voter(before + action.VotersAtOnce/20)
	want := []store.UserID{userID("bob")}
	for i := range before {
		want = append(want, voter(i))
	}
	want = append(want, userID("eve")) // whose poll ended later
	if got := wait(2 * time.Minute); !slices.Equal(got, want) {
		t.Errorf("%d were told before the failure, want %d, in order", len(got), len(want))
	}

	failing.whom = ""
	if got := wait(action.FailedPollPause / 2); got != nil {
		t.Errorf("%d were told of a poll that is passed over", len(got))
	}
	want = nil
	for i := before; i < others; i++ {
		want = append(want, voter(i))
	}
	if got := wait(action.FailedPollPause); !slices.Equal(got, want) {
		t.Errorf("%d were told after the failure, want %d, in order", len(got), len(want))
	}
	if got := wait(time.Hour); got != nil {
		t.Errorf("%d were told again", len(got))
	}
}
