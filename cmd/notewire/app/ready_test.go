package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"notewire/store/feed"
)

// TestReadinessTable holds each state to what keeps the server from being
// ready in it.
func TestReadinessTable(t *testing.T) {
	now := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)
	fresh, stale := now.Add(-time.Second), now.Add(-readFresh-time.Second)
	for _, c := range []struct {
		name                string
		draining, listening bool
		ping                error
		reader              feed.Stats
		poll                time.Duration
		want                string
	}{
		{name: "all is well", listening: true, reader: feed.Stats{LastRead: fresh}, want: "[] []"},
		{name: "draining", draining: true, listening: true, reader: feed.Stats{LastRead: fresh}, want: "[draining] []"},
		{name: "no database", listening: true, ping: errors.New("gone"), reader: feed.Stats{LastRead: fresh}, want: "[database] []"},
		{name: "reader fails", listening: true, reader: feed.Stats{LastRead: fresh, Failing: true}, want: "[reader] []"},
		{name: "never read", listening: true, want: "[reader] []"},
		{name: "reader is stuck", listening: true, reader: feed.Stats{LastRead: stale}, want: "[reader] []"},
		{name: "polls seldom by choice", listening: true, reader: feed.Stats{LastRead: stale}, poll: time.Hour, want: "[] []"},
		{name: "polls instead of LISTEN", reader: feed.Stats{LastRead: fresh}, want: "[] [listen]"},
		{name: "neither LISTEN nor polls", reader: feed.Stats{LastRead: stale}, poll: time.Hour, want: "[listen] []"},
		{name: "everything", draining: true, ping: errors.New("gone"), reader: feed.Stats{LastRead: stale, Failing: true}, want: "[draining database reader listen] []"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &readiness{
				draining:  func() bool { return c.draining },
				listening: func() bool { return c.listening },
				ping:      func(context.Context) error { return c.ping },
				reader:    func() feed.Stats { return c.reader },
				now:       func() time.Time { return now },
				poll:      c.poll,
				log:       slog.New(slog.DiscardHandler),
			}
			failing, degraded := r.check(t.Context())
			if got := fmt.Sprint(failing, " ", degraded); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestReadinessAsksSeldom holds a crowd that asks to one question to the
// database, whose answer counts for a while, and whoever leaves to spoiling
// nobody else's.
func TestReadinessAsksSeldom(t *testing.T) {
	now, pings := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC), 0
	r := &readiness{
		draining: func() bool { return false }, listening: func() bool { return true },
		ping:   func(ctx context.Context) error { pings++; return ctx.Err() },
		reader: func() feed.Stats { return feed.Stats{LastRead: now} },
		now:    func() time.Time { return now },
		log:    slog.New(slog.DiscardHandler),
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	for range 5 {
		w := httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequestWithContext(gone, http.MethodGet, "/readyz", nil))
		if w.Code != http.StatusOK || w.Body.String() != "{\"ready\":true,\"failing\":[],\"degraded\":[]}\n" {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	if pings != 1 {
		t.Errorf("%d pings at one moment", pings)
	}
	now = now.Add(pingInterval)
	if r.check(t.Context()); pings != 2 {
		t.Errorf("%d pings after a while", pings)
	}
}
