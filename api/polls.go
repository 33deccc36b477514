package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"notewire/store"
)

// endPolls tells of polls that end, until ctx ends.
func (s *Server) endPolls(ctx context.Context) {
	s.sweep(ctx, "telling of ended polls", s.endPollsNow)
}

// endPollsNow tells of all polls that have ended: their authors and voters are
// notified. Which node does it is decided by the store: each end is told once,
// in the transaction that marks it as told. It answers when the next poll
// ends; zero: none does.
func (s *Server) endPollsNow(ctx context.Context) (next time.Time, err error) {
	for {
		// A look first: there is hardly ever anything to write.
		next, err := s.config.Store.NextPollEnd(ctx)
		if err != nil {
			return time.Time{}, fmt.Errorf("looking for ended polls: %w", err)
		}
		now := s.config.Now()
		if next.IsZero() || next.After(now) {
			return next, nil
		}
		if err := s.endPoll(ctx, now); err != nil {
			return time.Time{}, err
		}
	}
}

// endPoll tells of one poll. One to a transaction, because a poll may have many
// voters.
func (s *Server) endPoll(ctx context.Context, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, s.config.RequestTimeout)
	defer cancel()
	c := &Call{Now: now, server: s}
	return c.Transact(ctx, func(ctx context.Context, w *Work) error {
		ended, err := w.TakeEndedPolls(ctx, now, 1)
		if err != nil {
			return fmt.Errorf("taking an ended poll: %w", err)
		}
		for _, id := range ended {
			if err := w.tellPollEnd(ctx, id); err != nil {
				return err
			}
		}
		return nil
	})
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
