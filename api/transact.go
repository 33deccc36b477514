package api

import (
	"context"
	"encoding/json"
	"fmt"

	"notewire/api/storage"
	"notewire/protocol"
	"notewire/store"
)

// Work is one transaction of a call: the store's, and the events and reminders
// that come of it. Events are written as its last statements; reminders start
// after the commit. It belongs to the function that Transact called.
type Work struct {
	storage.Tx
	call      *Call
	reminders []reminder
}

// Transact runs do in one transaction. It may run more than once, since it lost
// against another transaction or an id is taken, so do must have no effects but
// those through its Work.
func (c *Call) Transact(ctx context.Context, do func(ctx context.Context, w *Work) error) error {
	var done *Work
	err := c.withFreshIDs(ctx, func(ctx context.Context) error {
		return c.server.config.Store.InTx(ctx, func(ctx context.Context, tx storage.Tx) error {
			done = &Work{Tx: tx, call: c}
			return do(ctx, done)
		})
	})
	if err != nil {
		return err
	}
	c.server.unread.add(done.reminders...)
	return nil
}

// EmitMain appends an event to a user's main stream. body is encoded as JSON; nil
// is written as null.
func (w *Work) EmitMain(ctx context.Context, to store.UserID, typ string, body any) error {
	return w.emit(ctx, store.MainTopic(to), typ, body)
}

// EmitMainWithFacts is EmitMain for an event that a rule of delivery applies to: it
// carries a note, or was caused by somebody whom its reader may mute.
func (w *Work) EmitMainWithFacts(ctx context.Context, to store.UserID, typ string, body json.RawMessage, facts *store.EventFacts) error {
	e, err := mainEvent(to, typ, body, facts)
	if err != nil {
		return err
	}
	return w.AppendEvents(ctx, e)
}

// mainEvent makes an event on a user's main stream from a body that is encoded
// already.
func mainEvent(to store.UserID, typ string, body json.RawMessage, facts *store.EventFacts) (store.NewEvent, error) {
	f, err := protocol.Marshal(facts)
	if err != nil {
		return store.NewEvent{}, fmt.Errorf("encoding the facts of a %s event: %w", typ, err)
	}
	return store.NewEvent{Topic: store.MainTopic(to), Type: typ, Body: body, Facts: f}, nil
}

// EmitInternal appends a relation change or a revocation; see the Internal
// constants of package store.
func (w *Work) EmitInternal(ctx context.Context, typ string, body any) error {
	return w.emit(ctx, store.TopicInternal, typ, body)
}

// EmitNoteChange appends what happened to a note, for those who captured it.
// body is what noteUpdated carries; actor is empty for a deletion.
func (w *Work) EmitNoteChange(ctx context.Context, n *store.Note, typ string, actor store.UserID, body any) error {
	b, err := protocol.Marshal(body)
	if err != nil {
		return fmt.Errorf("encoding a %s event: %w", typ, err)
	}
	return w.emit(ctx, store.NoteTopic(n.ID), typ, store.NoteChange{ID: n.ID, Audience: n.Audience(), Body: b, ActorID: actor})
}

// EmitNote appends a new note to the stream of notes: packed is the note as
// anybody may get it, facts is what the rules of delivery need.
func (w *Work) EmitNote(ctx context.Context, packed json.RawMessage, facts *store.NoteFacts) error {
	f, err := protocol.Marshal(facts)
	if err != nil {
		return fmt.Errorf("encoding the facts of a note: %w", err)
	}
	return w.AppendEvents(ctx, store.NewEvent{Topic: store.TopicNotes, Type: store.EventNote, Body: packed, Facts: f})
}

// Emit appends an event to any other topic (lists, drives, broadcast).
func (w *Work) Emit(ctx context.Context, topic, typ string, body any) error {
	return w.emit(ctx, topic, typ, body)
}

func (w *Work) emit(ctx context.Context, topic, typ string, body any) error {
	b, err := protocol.Marshal(body)
	if err != nil {
		return fmt.Errorf("encoding a %s event: %w", typ, err)
	}
	return w.AppendEvents(ctx, store.NewEvent{Topic: topic, Type: typ, Body: b})
}
