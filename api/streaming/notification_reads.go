package streaming

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"notewire/store"
)

// notificationReads marks notifications read for readNotification frames: at once
// for the first one of a user, and after Config.ReadNotificationsEvery once more for
// all that came meanwhile, so that none is lost. Clients send such a frame whenever
// they show something, and a flood would be a query for each, past the limits of the
// API. It is safe for concurrent use.
type notificationReads struct {
	mu      sync.Mutex
	users   map[store.UserID]*notificationRead // who was read for a moment ago
	stopped bool
	running sync.WaitGroup
}

// notificationRead is what one user waits for.
type notificationRead struct {
	timer *time.Timer
	again bool // a frame came since
}

// readNotifications marks the notifications of a session's user read, now or a
// little later.
func (s *Server) readNotifications(conn string, who store.Identity) {
	user := who.User.ID
	r := &s.reads
	r.mu.Lock()
	if waits := r.users[user]; waits != nil || r.stopped {
		if waits != nil {
			waits.again = true
		}
		r.mu.Unlock()
		return
	}
	waits := new(notificationRead)
	if r.users == nil {
		r.users = map[store.UserID]*notificationRead{}
	}
	r.users[user] = waits
	waits.timer = time.AfterFunc(s.cfg.ReadNotificationsEvery, func() { s.readAgain(conn, who, waits) })
	r.mu.Unlock()
	s.markNotificationsRead(conn, who)
}

// readAgain is called when a user may be read for again.
func (s *Server) readAgain(conn string, who store.Identity, waits *notificationRead) {
	r := &s.reads
	r.mu.Lock()
	if r.stopped || !waits.again {
		delete(r.users, who.User.ID)
		r.mu.Unlock()
		return
	}
	waits.again = false
	waits.timer.Reset(s.cfg.ReadNotificationsEvery)
	r.running.Add(1)
	r.mu.Unlock()
	defer r.running.Done()
	defer func() {
		// Nobody's frame is carried out here, so nobody is sent away.
		if p := recover(); p != nil {
			s.log.Error("marking notifications read panicked", "conn", conn, "error", fmt.Sprintf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	s.markNotificationsRead(conn, who)
}

func (s *Server) markNotificationsRead(conn string, who store.Identity) {
	ctx, cancel := context.WithTimeout(s.ctx, s.cfg.PrepareTimeout)
	defer cancel()
	if err := s.cfg.Notifications.MarkAllNotificationsRead(ctx, who); err != nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, "marking notifications read failed", slog.String("conn", conn), slog.Any("error", err))
	}
}

// stop ends what waits, and waits for what runs.
func (r *notificationReads) stop() {
	r.mu.Lock()
	r.stopped = true
	for _, waits := range r.users {
		waits.timer.Stop()
	}
	r.mu.Unlock()
	r.running.Wait()
}
