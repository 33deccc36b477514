package api

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"notewire/api/storage"
	"notewire/store"
)

// brokenStore fails whenever it is asked for polls, and says so.
type brokenStore struct {
	storage.Store
	asked chan struct{}
}

func (b brokenStore) NextPollEnd(ctx context.Context, _ []store.NoteID) (store.NoteID, time.Time, error) {
	select {
	case b.asked <- struct{}{}:
	case <-ctx.Done():
	}
	return "", time.Time{}, errors.New("no database")
}

func (b brokenStore) NextMuteExpiry(context.Context) (time.Time, error) {
	return time.Time{}, errors.New("no database")
}

// Run does not give up where the database fails, and ends when it is told to.
func TestRunLooksForEndedPolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, logs := make(chan struct{}), &strings.Builder{}
		s, err := New(Config{BaseURL: "http://nw.example", Store: brokenStore{asked: asked}, Logger: slog.New(slog.NewTextHandler(logs, nil))})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx) }()
		for range 3 {
			<-asked
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if !strings.Contains(logs.String(), "no database") {
			t.Errorf("the log lacks the failure: %q", logs)
		}
	})
}
