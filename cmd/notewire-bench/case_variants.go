//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"notewire/store"
)

// variants measures notes whose frames are not the same for all: a renote that
// a third of the viewers reacted to, and one of a note that they may not see.
func variants(ctx context.Context, b *bench, e *engine) (err error) {
	n := b.fits(b.connections / 5)
	s, err := e.stage(ctx)
	if err != nil {
		return err
	}
	defer s.end(&err)
	if err := s.fleet.dial(ctx, window, viewers(n, n, "localTimeline")); err != nil {
		return err
	}
	quoted, err := b.reactedNote(ctx, e, s, n)
	if err != nil {
		return err
	}
	kinds := []struct {
		name string
		make func(seq int) (event, error)
	}{
		{"plain", func(seq int) (event, error) { return e.world.noteEvent(seq, e.world.poster, "public"), nil }},
		{"myReaction for a third", func(seq int) (event, error) { return e.world.embedding(seq, quoted, store.Public, n/3) }},
		{"hidden quote for all", func(seq int) (event, error) {
			return e.world.embedding(seq, "9hiddennote00000", store.Followers, 0)
		}},
	}
	costs := make([]samples, len(kinds))
	const batch = 10
	for round := range b.rounds(6) + 1 {
		for k, kind := range kinds {
			events := make([]event, batch)
			for i := range events {
				if events[i], err = kind.make(round*batch + i); err != nil {
					return err
				}
			}
			used, err := e.costOf(ctx, s, events, batch*n)
			if err != nil {
				return fmt.Errorf("%s: %w", kind.name, err)
			}
			if round > 0 {
				costs[k] = append(costs[k], micros(used)/float64(n))
			}
		}
	}
	for k, kind := range kinds {
		b.add(costs[k].of(result{Case: "variants", Name: "CPU per frame of a public note, " + kind.name, Engine: e.name, Unit: "µs"}))
	}
	return nil
}

// reactedNote makes a note that a third of the viewers reacted to, by SQL.
func (b *bench) reactedNote(ctx context.Context, e *engine, s *stage, n int) (string, error) {
	met := s.fleet.expect(int64(n))
	c, err := dialAPI(ctx, s.node.port)
	if err != nil {
		return "", err
	}
	defer c.close()
	id, _, err := c.createNote(token(e.world.poster), noteText(0))
	if err != nil {
		return "", err
	}
	if err := await(ctx, met, "the note to be renoted"); err != nil {
		return "", err
	}
	reactions := []string{"👍", "🎉", "❤️"}
	for i := range n / 3 {
		_, err := e.db.ExecContext(ctx, `INSERT INTO reaction (id, created_at, note_id, user_id, reaction) VALUES ($1, 0, $2, $3, $4)`,
			fmt.Sprintf("9react00%08d", i), id, userID(i*3), reactions[i%len(reactions)])
		if err != nil {
			return "", fmt.Errorf("making reactions: %w", err)
		}
	}
	return id, nil
}

// embedding is a copy of the note that embeds another copy with an id of its
// own: a quote.
func (w *world) embedding(seq int, id string, v store.Visibility, reactions int) (event, error) {
	outer := w.noteEvent(seq, w.poster, "public")
	change := strings.NewReplacer(w.id, id, `"visibility":"public"`, `"visibility":"`+string(v)+`"`)
	var body, facts map[string]json.RawMessage
	if err := json.Unmarshal([]byte(outer.body), &body); err != nil {
		return event{}, fmt.Errorf("reading the note: %w", err)
	}
	if err := json.Unmarshal([]byte(outer.facts), &facts); err != nil {
		return event{}, fmt.Errorf("reading the facts: %w", err)
	}
	body["renote"] = json.RawMessage(change.Replace(w.note))
	body["renoteId"] = json.RawMessage(`"` + id + `"`)
	inner := change.Replace(w.facts)
	inner = inner[:len(inner)-1] + fmt.Sprintf(`,"reactionCount":%d}`, reactions)
	facts["renote"], facts["renoteId"] = json.RawMessage(inner), body["renoteId"]
	b, err := json.Marshal(body)
	if err != nil {
		return event{}, fmt.Errorf("encoding the note: %w", err)
	}
	f, err := json.Marshal(facts)
	if err != nil {
		return event{}, fmt.Errorf("encoding the facts: %w", err)
	}
	outer.body, outer.facts = string(b), string(f)
	return outer, nil
}
