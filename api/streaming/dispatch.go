package streaming

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"notewire/channel"
	"notewire/store"
	"notewire/store/feed"
)

// manyReactions is how many reactions a note may have for them all to be
// loaded; past it those of the users who are online are asked for by name.
const manyReactions = 500

// Handle prepares a batch of events and hands it to the hub, in order. It is
// what the feed's reader calls, from one goroutine. It answers an error only
// when the hub cannot take events any more.
func (s *Server) Handle(ctx context.Context, b feed.Batch) error {
	placed := make([]channel.Placed, 0, len(b.Events)+1)
	if b.Gap != nil {
		s.log.Error("events may have been missed; every client is sent away to begin anew", "reason", string(b.Gap.Reason))
		placed = append(placed, channel.Placed{Event: &channel.GapEvent{}, At: channel.PlaceAt(b.Start())})
	}
	places := channel.Places(&b)
	for i, e := range s.prepare(ctx, b.Events) {
		if e == nil {
			continue
		}
		if r, ok := e.(*channel.RevocationEvent); ok {
			s.revoked.note(r.Revocation, time.Now())
		}
		placed = append(placed, channel.Placed{Event: e, At: &places[i]})
	}
	if err := s.hub.Deliver(ctx, placed); err != nil {
		return fmt.Errorf("delivering events: %w", err)
	}
	for i := range b.Events {
		s.cfg.Stats.Lag.observe(time.Since(b.Events[i].At))
	}
	return nil
}

// prepare does everything that needs decoding or queries, in parallel. The
// result has the order of the events; what cannot be delivered is nil.
func (s *Server) prepare(ctx context.Context, events []store.Event) []channel.Prepared {
	out := make([]channel.Prepared, len(events))
	if len(events) == 0 {
		return out
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.PrepareTimeout)
	defer cancel()
	var g errgroup.Group
	g.SetLimit(2 * runtime.GOMAXPROCS(0)) // some of them wait for the database
	for i := range events[1:] {
		g.Go(func() error { out[i+1] = s.prepareOne(ctx, &events[i+1]); return nil })
	}
	out[0] = s.prepareOne(ctx, &events[0]) // most batches have one event, which needs no goroutine
	_ = g.Wait()                           // no function answers an error
	return out
}

// prepareOne prepares one event; nil if it cannot be delivered. A panic is one
// event's fault and must not end the process: the event lies in the log, and
// clients that resume would bring it back after each start.
func (s *Server) prepareOne(ctx context.Context, e *store.Event) (prepared channel.Prepared) {
	defer func() {
		if r := recover(); r != nil {
			s.cfg.Stats.Unreadable.Add(1)
			s.log.Error("preparing an event panicked; it was passed over", "event", e.ID, "topic", e.Topic, "panic", r, "stack", string(debug.Stack()))
			prepared = nil
		}
	}()
	p, err := channel.Prepare(e)
	switch {
	case errors.Is(err, channel.ErrUnknownEvent):
		s.cfg.Stats.UnknownEvents.Add(1)
		s.log.Debug("an event of an unknown kind was passed over", "error", err)
		return nil
	case err != nil:
		s.cfg.Stats.Unreadable.Add(1)
		s.log.Error("an event cannot be read and was passed over", "error", err)
		return nil
	}
	if n, ok := p.(*channel.NoteEvent); ok {
		s.addReactions(ctx, n)
	}
	return p
}

// addReactions loads how the users who are online reacted to the renoted note:
// one query for the event, and none where nobody reacted.
func (s *Server) addReactions(ctx context.Context, n *channel.NoteEvent) {
	id, ok := n.RenotedNote()
	if !ok || n.Facts.Renote.ReactionCount == 0 {
		return
	}
	var among []store.UserID
	if n.Facts.Renote.ReactionCount > manyReactions {
		among = s.hub.OnlineUsers()
	}
	reactions, err := s.cfg.Reactions.ReactionsBy(ctx, id, among)
	if err != nil {
		s.cfg.Stats.PrepareFailures.Add(1)
		s.log.Warn("viewers' own reactions could not be loaded; the note goes out without them", "note", string(n.Facts.ID), "error", err)
		return
	}
	n.MyReactions = reactions
}
