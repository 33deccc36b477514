package action

import (
	"context"
	"errors"
	"fmt"

	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// mainRecipient is a user who is sent an event about a new note on their main
// stream.
type mainRecipient struct {
	id    store.UserID
	event string // mention, reply or renote
	form  noteForm
}

// noteForm is how a note is packed for an event. Misskey packs it differently for
// mentions than for replies and renotes.
type noteForm int

const (
	asListed   noteForm = iota // as HTTP answers it
	asStreamed                 // as channels of notes send it
)

// write writes the note and appends its events, in the order of Misskey's bus: the
// stream of notes, mentions, reply, renote, and then notifications. b is the note
// as it is packed for nobody in particular.
func (p *post) write(ctx context.Context, b *store.NoteBundle, facts *store.NoteFacts) error {
	plain := p.by.Packer().PackNote(b)
	streamed := plain.Streamed()
	shared, err := protocol.Marshal(streamed)
	if err != nil {
		return fmt.Errorf("encoding a note: %w", err)
	}
	events, err := p.mainEvents(ctx, plain, streamed, facts)
	if err != nil {
		return err
	}
	return p.by.transact(ctx, func(ctx context.Context, w *work) error {
		if err := w.CreateNote(ctx, &p.note); err != nil {
			return p.writeError(err)
		}
		if err := w.emitNote(ctx, shared, facts); err != nil {
			return err
		}
		if err := w.AppendEvents(ctx, events...); err != nil {
			return fmt.Errorf("appending the events of a note: %w", err)
		}
		for _, n := range p.notifications() {
			if err := w.notify(ctx, n, b); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeError is the error of writing the note. What it replies to, renotes or is
// posted to may have been deleted since it was looked up.
func (p *post) writeError(err error) error {
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

// mainEvents makes the events for main streams, each with the note as its recipient
// may see it. Users who may not see the note, or mute its author, get none.
func (p *post) mainEvents(ctx context.Context, plain, streamed protocol.Note, facts *store.NoteFacts) ([]store.NewEvent, error) {
	var events []store.NewEvent
	viewers := map[store.UserID]visibility.Viewer{}
	for _, to := range p.mainRecipients() {
		v := viewers[to.id]
		if v == nil {
			var err error
			if v, err = viewerTo(ctx, p.by.Store(), to.id, facts.Authors()); errors.Is(err, store.ErrNotFound) {
				continue
			} else if err != nil {
				return nil, err
			}
			viewers[to.id] = v
		}
		if !visibility.Notifies(v, visibility.Causer{UserID: p.note.UserID, Host: p.note.UserHost}, facts) {
			continue
		}
		packed := plain
		if to.form == asStreamed {
			packed = streamed
		}
		variant := protocol.Variant{Hidden: visibility.HiddenEmbedded(v, facts)}
		body, err := protocol.Marshal(variant.Apply(packed))
		if err != nil {
			return nil, fmt.Errorf("encoding a %s: %w", to.event, err)
		}
		e, err := mainEvent(to.id, to.event, body, &store.EventFacts{CauserID: p.note.UserID, CauserHost: p.note.UserHost, NoteFacts: facts})
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

// mainRecipients are the users who get an event on main, and which. As on Misskey,
// authors get one for mentioning and replying to themselves, and none for renoting
// themselves.
func (p *post) mainRecipients() []mainRecipient {
	var out []mainRecipient
	for _, u := range p.mentioned {
		if u.Local() {
			out = append(out, mainRecipient{id: u.ID, event: store.MainMention, form: asListed})
		}
	}
	if p.reply != nil && p.reply.User.Local() {
		out = append(out, mainRecipient{id: p.reply.User.ID, event: store.MainReply, form: asStreamed})
	}
	if p.renote != nil && p.renote.User.Local() && p.renote.User.ID != p.note.UserID {
		out = append(out, mainRecipient{id: p.renote.User.ID, event: store.MainRenote, form: asStreamed})
	}
	return out
}

// notifications are the notifications of the note, one for each user: somebody who
// is mentioned and also replied to or quoted gets that of the reply or the quote.
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
