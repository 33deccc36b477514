package action

import (
	"context"
	"errors"
	"fmt"

	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// told is one event on somebody's main stream about a new note.
type told struct {
	to       store.UserID
	event    string // mention, reply or renote
	streamed bool   // in the form of streamed notes, as Misskey sends it
}

// write writes the note and tells of it, in the order of Misskey's bus: the
// stream of notes, mentions, reply, renote, and then notifications. b is the
// note as anybody may get it.
func (p *post) write(ctx context.Context, b *store.NoteBundle, facts *store.NoteFacts) error {
	plain := p.by.Packer().PackNote(b)
	streamed := plain.Streamed()
	shared, err := protocol.Marshal(streamed)
	if err != nil {
		return fmt.Errorf("encoding a note: %w", err)
	}
	events, err := p.tell(ctx, plain, streamed, facts)
	if err != nil {
		return err
	}
	return p.by.transact(ctx, func(ctx context.Context, w *work) error {
		if err := w.CreateNote(ctx, &p.note); err != nil {
			return p.refused(err)
		}
		if err := w.emitNote(ctx, shared, facts); err != nil {
			return err
		}
		if err := w.AppendEvents(ctx, events...); err != nil {
			return fmt.Errorf("telling of a note: %w", err)
		}
		for _, n := range p.notifications() {
			if err := w.notify(ctx, n, b); err != nil {
				return err
			}
		}
		return nil
	})
}

// refused is the answer where what the note answers was deleted while it was
// made.
func (p *post) refused(err error) error {
	switch {
	case !errors.Is(err, store.ErrNotFound):
	case p.renote != nil:
		return ErrNoSuchRenote
	case p.reply != nil:
		return ErrNoSuchReply
	case p.channel != nil:
		return ErrNoSuchChannel
	}
	return fmt.Errorf("writing a note: %w", err)
}

// tell makes the events for main streams, each as its reader may see the note.
// Who may not see it, or mutes the author, gets none.
func (p *post) tell(ctx context.Context, plain, streamed protocol.Note, facts *store.NoteFacts) ([]store.NewEvent, error) {
	var events []store.NewEvent
	viewers := map[store.UserID]visibility.Viewer{}
	for _, t := range p.told() {
		v := viewers[t.to]
		if v == nil {
			var err error
			if v, err = viewerTo(ctx, p.by.Store(), t.to, facts.Authors()); errors.Is(err, store.ErrNotFound) {
				continue
			} else if err != nil {
				return nil, err
			}
			viewers[t.to] = v
		}
		if !visibility.Notifies(v, visibility.Causer{UserID: p.note.UserID, Host: p.note.UserHost}, facts) {
			continue
		}
		packed := plain
		if t.streamed {
			packed = streamed
		}
		variant := protocol.Variant{Hidden: visibility.HiddenEmbedded(v, facts)}
		body, err := protocol.Marshal(variant.Apply(packed))
		if err != nil {
			return nil, fmt.Errorf("encoding a %s: %w", t.event, err)
		}
		e, err := mainEvent(t.to, t.event, body, &store.EventFacts{CauserID: p.note.UserID, CauserHost: p.note.UserHost, NoteFacts: facts})
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

// told is who gets which event on main. As on Misskey, mentioning and replying
// to oneself is told, renoting oneself is not.
func (p *post) told() []told {
	var out []told
	for _, u := range p.mentioned {
		if u.Local() {
			out = append(out, told{to: u.ID, event: store.MainMention})
		}
	}
	if p.reply != nil && p.reply.User.Local() {
		out = append(out, told{to: p.reply.User.ID, event: store.MainReply, streamed: true})
	}
	if p.renote != nil && p.renote.User.Local() && p.renote.User.ID != p.note.UserID {
		out = append(out, told{to: p.renote.User.ID, event: store.MainRenote, streamed: true})
	}
	return out
}

// notifications is who is to be notified, each once: somebody who is mentioned
// and replied to or quoted hears of the latter.
func (p *post) notifications() []store.Notification {
	var out []store.Notification
	add := func(to store.UserID, typ store.NotificationType) {
		for i := range out {
			if out[i].UserID == to {
				out[i].Type = typ
				return
			}
		}
		out = append(out, store.Notification{UserID: to, Type: typ, NotifierID: p.note.UserID})
	}
	for _, u := range p.mentioned {
		add(u.ID, store.NotifyMention)
	}
	if p.reply != nil {
		add(p.reply.User.ID, store.NotifyReply)
	}
	if p.renote != nil {
		typ := store.NotifyRenote
		if p.note.IsQuote() {
			typ = store.NotifyQuote
		}
		add(p.renote.User.ID, typ)
	}
	return out
}
