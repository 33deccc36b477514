package streaming

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"notewire/channel"
	"notewire/store"
	"notewire/store/feed"
)

// manyActs is how many reactions or votes a note may have for them all to be
// loaded; past it those of the users who are online are asked for by name.
const manyActs = 500

// Handle prepares a batch of events and hands it to the hub, in order. It is
// what the feed's reader calls, from one goroutine. It answers an error only
// when the hub cannot take events any more.
func (s *Server) Handle(ctx context.Context, b feed.Batch) error {
	logged := make([]channel.LoggedEvent, 0, len(b.Events)+1)
	if b.Gap != nil {
		s.log.Error("events may have been missed; every client is sent away to begin anew", "reason", string(b.Gap.Reason))
		if err := s.reloadSuspended(ctx); err != nil {
			return err
		}
		logged = append(logged, channel.LoggedEvent{Event: &channel.GapEvent{}, At: channel.PositionAt(b.Start())})
	}
	positions := channel.Positions(&b)
	for i, e := range s.prepare(ctx, b.Events, recipients{}) {
		if e == nil {
			continue
		}
		if r, ok := e.(*channel.RevocationEvent); ok {
			s.revoked.note(r.Revocation, time.Now())
		}
		logged = append(logged, channel.LoggedEvent{Event: e, At: &positions[i]})
	}
	if err := s.hub.Deliver(ctx, logged); err != nil {
		return fmt.Errorf("delivering events: %w", err)
	}
	now := time.Now()
	for i := range b.Events {
		s.cfg.Stats.Lag.observe(now.Sub(b.Events[i].At))
	}
	return nil
}

// reloadPause is how long the look-up of who is suspended waits after a failure.
const reloadPause = time.Second

// reloadSuspended looks up who is suspended until it succeeds. Without it, notes
// of users whose suspension was missed would be delivered. The error is ctx's.
func (s *Server) reloadSuspended(ctx context.Context) error {
	for {
		err := s.loadSuspended(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() == nil {
			s.log.Warn("nothing is delivered before it is known who is suspended; it is tried again", "error", err)
		}
		select {
		case <-time.After(reloadPause):
		case <-ctx.Done():
			return fmt.Errorf("delivering events: %w", ctx.Err())
		}
	}
}

// decodeRun is how many events a goroutine decodes before it takes more: few
// enough to spread a large batch, and so many that starting a goroutine costs
// little beside them.
const decodeRun = 32

// recipients says whom events are prepared for. The zero value is everybody who is
// online.
type recipients struct {
	one  bool
	user store.UserID // if one; empty: they are anonymous
}

// prepare does everything that needs decoding or queries, in parallel. The
// result has the order of the events; what cannot be delivered is nil.
func (s *Server) prepare(ctx context.Context, events []store.Event, to recipients) []channel.Prepared {
	out := make([]channel.Prepared, len(events))
	s.decode(events, out)
	// Queries wait for the database, so they are made at the same time; most
	// batches have none.
	ctx, cancel := context.WithTimeout(ctx, s.cfg.PrepareTimeout)
	defer cancel()
	var g errgroup.Group
	g.SetLimit(2 * runtime.GOMAXPROCS(0))
	for i := range out {
		if to.one && to.user == "" {
			break // nothing is an anonymous viewer's own
		}
		q, ok := channel.WantedOwn(out[i])
		if !ok {
			continue
		}
		if to.one {
			q.User = to.user
		}
		g.Go(func() error {
			s.guard(&events[i], &out[i], func() { s.addOwn(ctx, events[i].ID, out[i], q) })
			return nil
		})
	}
	_ = g.Wait() // no function answers an error
	return out
}

// decode fills out with what the events are. Only a large batch is worth a
// goroutine: a new one has to grow its stack for the decoder first, which
// takes longer than decoding.
func (s *Server) decode(events []store.Event, out []channel.Prepared) {
	var next atomic.Int64
	run := func() error {
		for {
			end := int(next.Add(decodeRun))
			for i := end - decodeRun; i < min(end, len(events)); i++ {
				s.guard(&events[i], &out[i], func() { out[i] = s.decodeOne(&events[i]) })
			}
			if end >= len(events) {
				return nil
			}
		}
	}
	var g errgroup.Group
	for range min((len(events)-1)/decodeRun, runtime.GOMAXPROCS(0)-1) {
		g.Go(run)
	}
	_ = run()    // neither this
	_ = g.Wait() // nor those answer an error
}

// guard calls a part of the preparation of one event. A panic is one event's
// fault and must not end the process: the event lies in the log, and clients
// that resume would bring it back after each start. It is passed over.
func (s *Server) guard(e *store.Event, out *channel.Prepared, part func()) {
	defer func() {
		if r := recover(); r != nil {
			s.cfg.Stats.Unreadable.Add(1)
			s.log.Error("preparing an event panicked; it was passed over", "event", e.ID, "topic", e.Topic, "panic", r, "stack", string(debug.Stack()))
			*out = nil
		}
	}()
	part()
}

// decodeOne reads one event; nil if it cannot be delivered.
func (s *Server) decodeOne(e *store.Event) channel.Prepared {
	p, err := channel.Prepare(e)
	switch {
	case errors.Is(err, channel.ErrUnknownEvent):
		s.cfg.Stats.UnknownEvents.Add(1)
		s.log.Debug("an event of an unknown kind was passed over", "error", err)
		return nil
	case errors.Is(err, channel.ErrNoFacts):
		s.cfg.Stats.NotesWithoutFacts.Add(1)
		s.log.Error("an event carries a note of which nobody says who may see it; it was passed over", "error", err)
		return nil
	case err != nil:
		s.cfg.Stats.Unreadable.Add(1)
		s.log.Error("an event cannot be read and was passed over", "error", err)
		return nil
	}
	if channel.FactsDerived(p) {
		s.cfg.Stats.FactsDerived.Add(1)
	}
	return p
}

// addOwn loads what the users who are online did with the notes of an event: one
// query for the event.
func (s *Server) addOwn(ctx context.Context, id int64, e channel.Prepared, q channel.OwnQuery) {
	var among []store.UserID
	switch {
	case q.User != "":
		if !s.hub.Online(q.User) {
			return
		}
		among = []store.UserID{q.User}
	case q.Most > manyActs:
		among = s.hub.OnlineUsers()
	}
	did, err := s.cfg.Participations.Participations(ctx, q.Reacted, q.Voted, among)
	if err != nil {
		s.cfg.Stats.PrepareFailures.Add(1)
		s.log.Warn("viewers' own reactions and votes could not be loaded; the event goes out without them", "event", id, "error", err)
		return
	}
	channel.SetOwn(e, did)
}
