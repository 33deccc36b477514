package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"notewire/store"
)

// pollInterval is how often ended polls are looked for: how late their end may
// be told.
const pollInterval = time.Second

// endPolls tells of polls that end, until ctx ends.
func (s *Server) endPolls(ctx context.Context) {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		if err := s.endPollsNow(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("telling of ended polls failed", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// endPollsNow tells of all polls that have ended: their authors and voters are
// notified. Which node does it is decided by the store, so that each end is told once;
// it is marked as told in the transaction that tells it.
func (s *Server) endPollsNow(ctx context.Context) error {
	for {
		ended, err := s.endPoll(ctx)
		if err != nil || !ended {
			return err
		}
	}
}

// endPoll tells of one poll; false: there is none. One to a transaction,
// because a poll may have many voters.
func (s *Server) endPoll(ctx context.Context) (ended bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.config.RequestTimeout)
	defer cancel()
	c := &Call{Now: s.config.Now(), server: s}
	err = c.Transact(ctx, func(ctx context.Context, w *Work) error {
		notes, err := w.TakeEndedPolls(ctx, c.Now, 1)
		if err != nil {
			return fmt.Errorf("looking for ended polls: %w", err)
		}
		ended = len(notes) > 0
		for _, id := range notes {
			if err := w.tellPollEnd(ctx, id); err != nil {
				return err
			}
		}
		return nil
	})
	return ended && err == nil, err
}

// tellPollEnd notifies the author, then the voters, each with the note as they
// see it: with their own votes.
func (w *Work) tellPollEnd(ctx context.Context, id store.NoteID) error {
	n, err := w.Note(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking up an ended poll: %w", err)
	}
	voters, err := w.VoterIDs(ctx, id)
	if err != nil {
		return fmt.Errorf("looking up who voted: %w", err)
	}
	users := []store.UserID{n.UserID}
	for _, u := range voters {
		if u != n.UserID {
			users = append(users, u)
		}
	}
	for _, u := range users {
		found, err := w.NoteBundles(ctx, u, []store.NoteID{id})
		if err != nil {
			return fmt.Errorf("loading an ended poll: %w", err)
		}
		for _, b := range found {
			if err := w.Notify(ctx, store.Notification{UserID: u, Type: store.NotifyPollEnded}, b); err != nil {
				return err
			}
		}
	}
	return nil
}
