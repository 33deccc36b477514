package action

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"notewire/api/storage"
	"notewire/store"
)

// maxReminders bounds how many notifications wait to be found unread. At two
// seconds each, it is reached only far past what the store can take.
const maxReminders = 65536

// remindersAtOnce bounds one transaction.
const remindersAtOnce = 200

// reminder is a notification that main is to be reminded of if it is not read
// by then.
type reminder struct {
	user         store.UserID
	notification string // its id
	body         json.RawMessage
	facts        *store.EventFacts
	due          time.Time
}

// reminders sends unreadNotification for what was not read in time. All wait
// equally long, so the queue is in order of time. One goroutine (Server.remind) empties
// it; add may be called from any.
type reminders struct {
	service *Service
	wake    chan struct{} // holds one: there is something new

	mu      sync.Mutex
	queue   []reminder
	dropped int
}

func newReminders(s *Service) *reminders {
	return &reminders{service: s, wake: make(chan struct{}, 1)}
}

// add queues reminders. When there is no room, the oldest give way: their
// users still see the unread mark.
func (q *reminders) add(rs ...reminder) {
	if len(rs) == 0 {
		return
	}
	q.mu.Lock()
	q.queue = append(q.queue, rs...)
	if over := len(q.queue) - maxReminders; over > 0 {
		q.queue = append(q.queue[:0], q.queue[over:]...)
		q.dropped += over
	}
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// remind sends the reminders of unread notifications until ctx ends.
func (s *Service) remind(ctx context.Context) {
	q := s.unread
	for {
		wait := q.next()
		if wait == 0 {
			if err := q.send(ctx, q.take()); err != nil && ctx.Err() == nil {
				// The unread mark tells the same, so nothing is tried again.
				s.log.Error("sending unread notifications failed", "err", err)
			}
			if ctx.Err() != nil {
				return
			}
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-q.wake:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// next is how long to wait for the oldest reminder: 0 if it is due.
func (q *reminders) next() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.dropped > 0 {
		q.service.log.Warn("unread notifications were not reminded of", "count", q.dropped)
		q.dropped = 0
	}
	if len(q.queue) == 0 {
		return time.Hour // add wakes sooner
	}
	return max(0, q.queue[0].due.Sub(q.service.config.Now()))
}

// take removes what is due, at most one transaction's worth.
func (q *reminders) take() []reminder {
	now := q.service.config.Now()
	q.mu.Lock()
	defer q.mu.Unlock()
	n := 0
	for n < len(q.queue) && n < remindersAtOnce && !q.queue[n].due.After(now) {
		n++
	}
	due := append([]reminder(nil), q.queue[:n]...)
	q.queue = append(q.queue[:0], q.queue[n:]...)
	return due
}

func (q *reminders) send(ctx context.Context, due []reminder) error {
	ctx, cancel := context.WithTimeout(ctx, q.service.config.Timeout)
	defer cancel()
	return q.service.config.Store.InTx(ctx, func(ctx context.Context, tx storage.Tx) error {
		for _, r := range due {
			u, err := tx.User(ctx, r.user)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return fmt.Errorf("looking up what a user has read: %w", err)
			}
			if r.notification <= u.ReadNotificationID {
				continue
			}
			e, err := mainEvent(r.user, store.MainUnreadNotification, r.body, r.facts)
			if err != nil {
				return err
			}
			if err := tx.AppendEvents(ctx, e); err != nil {
				return fmt.Errorf("reminding of a notification: %w", err)
			}
		}
		return nil
	})
}
