package action

import (
	"context"
	"encoding/json"
	"log/slog"
	"notewire/api/storage"
	"notewire/store"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// readMark is a store in which one user has read up to a notification.
type readMark struct {
	storage.Store
	readUpTo string

	mu     sync.Mutex
	events []store.NewEvent
}

type readMarkTx struct {
	storage.Tx
	store *readMark
}

func (s *readMark) InTx(ctx context.Context, do func(context.Context, storage.Tx) error) error {
	return do(ctx, readMarkTx{store: s})
}

func (tx readMarkTx) User(_ context.Context, id store.UserID) (*store.User, error) {
	return &store.User{ID: id, ReadNotificationID: tx.store.readUpTo}, nil
}

func (tx readMarkTx) AppendEvents(_ context.Context, events ...store.NewEvent) error {
	tx.store.mu.Lock()
	defer tx.store.mu.Unlock()
	tx.store.events = append(tx.store.events, events...)
	return nil
}

func (s *readMark) appended() []store.NewEvent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events)
}

func TestUnreadReminders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &readMark{readUpTo: "b"}
		s := New(Config{BaseURL: "http://nw.example", Timeout: time.Minute, Store: f, Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			s.remind(ctx)
			close(done)
		}()
		synctest.Wait()

		due := time.Now().Add(2 * time.Second)
		for _, id := range []string{"b", "c"} { // b is read already
			s.unread.add(reminder{user: "u", notification: id, body: json.RawMessage(`"` + id + `"`), facts: &store.EventFacts{CauserID: "x"}, due: due})
		}
		time.Sleep(2*time.Second - time.Millisecond)
		synctest.Wait()
		if early := f.appended(); len(early) != 0 {
			t.Errorf("too early: %v", early)
		}
		time.Sleep(time.Millisecond)
		synctest.Wait()
		if got := f.appended(); len(got) != 1 || got[0].Type != "unreadNotification" || got[0].Topic != "mainStream:u" || string(got[0].Body) != `"c"` || string(got[0].Facts) != `{"causerId":"x"}` {
			t.Errorf("got %v", got)
		}
		cancel()
		<-done
	})
}

func TestRemindersAreBounded(t *testing.T) {
	q := newReminders(&Service{})
	q.add(make([]reminder, maxReminders)...)
	q.add(reminder{user: "last"})
	if len(q.queue) != maxReminders || q.dropped != 1 || q.queue[maxReminders-1].user != "last" {
		t.Errorf("%d wait, %d were dropped", len(q.queue), q.dropped)
	}
}
