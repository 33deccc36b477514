package action

import (
	"context"
	"encoding/json"
	"fmt"

	"notewire/api/storage"
	"notewire/protocol"
	"notewire/store"
)

// work is one transaction of an actor: the store's, and the events and reminders
// that come of it. Events are written as its last statements; reminders start
// after the commit. It belongs to the function that transact called.
type work struct {
	storage.Tx
	by        *Actor
	reminders []reminder
}

// transact runs do in one transaction. It may run more than once, since it lost
// against another transaction or an id is taken, so do must have no effects but
// those through its Work.
func (a *Actor) transact(ctx context.Context, do func(ctx context.Context, w *work) error) error {
	var done *work
	err := a.withFreshIDs(ctx, func(ctx context.Context) error {
		return a.service.config.Store.InTx(ctx, func(ctx context.Context, tx storage.Tx) error {
			done = &work{Tx: tx, by: a}
			return do(ctx, done)
		})
	})
	if err != nil {
		return err
	}
	a.service.unread.add(done.reminders...)
	return nil
}

// emitMain appends an event to a user's main stream. body is encoded as JSON; nil
// is written as null.
func (w *work) emitMain(ctx context.Context, to store.UserID, typ string, body any) error {
	return w.emit(ctx, store.MainTopic(to), typ, body)
}

// emitMainWithFacts is emitMain for an event that a rule of delivery applies to: it
// carries a note, or was caused by somebody whom its reader may mute.
func (w *work) emitMainWithFacts(ctx context.Context, to store.UserID, typ string, body json.RawMessage, facts *store.EventFacts) error {
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

// emitInternal appends a relation change or a revocation; see the Internal
// constants of package store.
func (w *work) emitInternal(ctx context.Context, typ string, body any) error {
	return w.emit(ctx, store.TopicInternal, typ, body)
}

// emitNoteChange appends what happened to a note, for those who captured it.
// body is what noteUpdated carries; actor is empty for a deletion.
func (w *work) emitNoteChange(ctx context.Context, n *store.Note, typ string, actor store.UserID, body any) error {
	b, err := protocol.Marshal(body)
	if err != nil {
		return fmt.Errorf("encoding a %s event: %w", typ, err)
	}
	return w.emit(ctx, store.NoteTopic(n.ID), typ, store.NoteChange{ID: n.ID, Audience: n.Audience(), Body: b, ActorID: actor})
}

// emitNote appends a new note to the stream of notes: packed is the note as
// anybody may get it, facts is what the rules of delivery need.
func (w *work) emitNote(ctx context.Context, packed json.RawMessage, facts *store.NoteFacts) error {
	f, err := protocol.Marshal(facts)
	if err != nil {
		return fmt.Errorf("encoding the facts of a note: %w", err)
	}
	return w.AppendEvents(ctx, store.NewEvent{Topic: store.TopicNotes, Type: store.EventNote, Body: packed, Facts: f})
}

// emit appends an event to any topic. body is encoded as JSON.
func (w *work) emit(ctx context.Context, topic, typ string, body any) error {
	b, err := protocol.Marshal(body)
	if err != nil {
		return fmt.Errorf("encoding a %s event: %w", typ, err)
	}
	return w.AppendEvents(ctx, store.NewEvent{Topic: topic, Type: typ, Body: b})
}
