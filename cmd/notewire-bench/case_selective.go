//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"notewire/store"
)

// fewConns is the small number of the comparisons of few and many.
const fewConns = 100

// captureEvent compares an event with ten captors among few and among many
// connections, each with other captures.
func captureEvent(ctx context.Context, b *bench, e *engine) error {
	return b.fewAndMany(ctx, e, "capture", "capture event with 10 captors", func(conns int) ([]plan, func(seq int) event) {
		plans := viewers(conns, conns)
		for i := range plans {
			captures := make([]string, captureCount)
			for k := range captures {
				captures[k] = fmt.Sprintf("9capture%08d", i*captureCount+k)
			}
			if i%(conns/captors) == 0 {
				captures[0] = "9hotnote00000000"
			}
			plans[i].join, plans[i].pong = joins([]string{"main"}, captures)
		}
		return plans, func(seq int) event {
			body, err := json.Marshal(store.NoteChange{
				ID: "9hotnote00000000", Audience: store.Audience{UserID: store.UserID(userID(e.world.poster)), Visibility: store.Public},
				ActorID: store.UserID(userID(e.world.poster)),
				Body:    json.RawMessage(fmt.Sprintf(`{"reaction":"👍","emoji":null,"userId":%q}`, userID(seq%conns))),
			})
			if err != nil {
				panic(err) // it holds nothing that cannot be encoded
			}
			return event{store.NoteTopic("9hotnote00000000"), store.NoteReacted, string(body), ""}
		}
	})
}

// homeNote compares a home note of an author with ten followers online among
// few and among many connections.
func homeNote(ctx context.Context, b *bench, e *engine) error {
	return b.fewAndMany(ctx, e, "home", "home note with 10 online followers", func(conns int) ([]plan, func(seq int) event) {
		hot := e.world.hotMany
		if conns < e.world.people {
			hot = e.world.hotFew
		}
		return viewers(conns, conns, "main", "homeTimeline"), func(seq int) event { return e.world.noteEvent(seq, hot, "home") }
	})
}

// fewAndMany runs one kind of event, which ten connections receive, on two
// nodes in turns.
func (b *bench) fewAndMany(ctx context.Context, e *engine, name, what string, planned func(conns int) ([]plan, func(seq int) event)) (err error) {
	const batch = 500
	many := e.world.people
	type side struct {
		s    *stage
		cost samples
		make func(seq int) event
	}
	sides := []*side{{}, {}}
	for i, conns := range []int{min(fewConns, many), many} {
		s, err := e.stage(ctx)
		if err != nil {
			return err
		}
		defer s.end(&err)
		plans, event := planned(conns)
		if err := s.fleet.dial(ctx, window, plans); err != nil {
			return err
		}
		sides[i].s, sides[i].make = s, event
	}
	seq := 0
	for round := range b.rounds(5) + 1 {
		for i, side := range sides {
			events := []event{}
			for range batch {
				seq++
				events = append(events, side.make(seq))
			}
			// Only the side whose turn it is gets frames: both nodes read all
			// events, and what is hot on one is hot on the other as well for
			// captures, so the other's frames are not waited for.
			other := sides[1-i].s
			cost, err := e.costOf(ctx, side.s, events, batch*captors)
			if err != nil {
				return err
			}
			other.node.quiet(ctx, 2*time.Second)
			if round > 0 {
				side.cost = append(side.cost, micros(cost))
			}
		}
	}
	b.add(sides[0].cost.of(result{Case: name, Name: fmt.Sprintf("%s among %d connections", what, min(fewConns, many)), Engine: e.name, Unit: "µs"}))
	b.add(sides[1].cost.of(result{Case: name, Name: fmt.Sprintf("%s among %d connections", what, many), Engine: e.name, Unit: "µs"}))
	b.add(ratio(sides[1].cost, sides[0].cost, result{
		Case: name, Name: fmt.Sprintf("%s, %d against %d", what, many, min(fewConns, many)), Engine: e.name, Bar: 1.5, Goal: 1.1,
	}))
	return nil
}

// matching measures notes by how many connections they are for, and how many
// there are besides.
func matching(ctx context.Context, b *bench, e *engine) error {
	n := b.fits(b.connections)
	for _, m := range []struct{ match, others int }{
		{0, 100}, {0, n}, {100, 0}, {100, n - 100}, {n / 5, 0}, {n / 5, n - n/5}, {n, 0},
	} {
		cost, err := b.matchingAt(ctx, e, m.match, m.others)
		if err != nil {
			return err
		}
		b.add(cost.of(result{
			Case: "matching", Name: fmt.Sprintf("public note for %d of %d connections", m.match, m.match+m.others), Engine: e.name, Unit: "µs",
		}))
	}
	return nil
}

func (b *bench) matchingAt(ctx context.Context, e *engine, match, others int) (cost samples, err error) {
	s, err := e.stage(ctx)
	if err != nil {
		return nil, err
	}
	defer s.end(&err)
	plans := append(viewers(match, max(1, min(match, peopleMany)), "localTimeline"), viewers(others, max(1, min(others, peopleMany)), "main", "homeTimeline")...)
	if err := s.fleet.dial(ctx, window, plans); err != nil {
		return nil, err
	}
	for i := range b.rounds(4) + 1 {
		batch := max(4, least(400, 40_000/max(1, match)))
		used, err := e.costOf(ctx, s, e.world.copies(batch, i*batch, e.world.poster), batch*match)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			cost = append(cost, micros(used))
		}
	}
	return cost, nil
}
