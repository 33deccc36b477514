package channel

import (
	"sync"

	"notewire/protocol"
)

// body is what an event carries, in every form that members need. Each form is
// made once, when it is first wanted, and kept as long as the event. The one in
// which the event came is never changed.
type body struct {
	typ   string // the event's type
	plain *protocol.Payload
	note  protocol.NotePlace
	// attached has what was put beside the event for forms. It does not change
	// once the event is delivered.
	attached map[*protocol.Form]any

	// The shards of one event share the others. Few events have any, so almost
	// nobody ever waits here.
	mu     sync.Mutex
	others map[bodyForm]madeBody
}

// bodyForm names a form of a body: how the protocol writes it, and in what the
// viewer's copy differs.
type bodyForm struct {
	form    *protocol.Form
	variant protocol.Variant
}

type madeBody struct {
	payload *protocol.Payload
	err     error
}

// in answers the body in that form. It may be called from any goroutine.
func (b *body) in(form *protocol.Form, v protocol.Variant) (*protocol.Payload, error) {
	if form == nil && v.Plain() {
		return b.plain, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.inLocked(bodyForm{form, v})
}

func (b *body) inLocked(f bodyForm) (*protocol.Payload, error) {
	if f == (bodyForm{}) {
		return b.plain, nil
	}
	m, ok := b.others[f]
	if !ok {
		m.payload, m.err = b.makeLocked(f)
		if b.others == nil {
			b.others = map[bodyForm]madeBody{}
		}
		b.others[f] = m
	}
	return m.payload, m.err
}

// makeLocked makes the viewer's variant first, and writes another protocol's form
// from that: what is hidden never reaches it.
func (b *body) makeLocked(f bodyForm) (*protocol.Payload, error) {
	if f.form == nil {
		raw, err := f.variant.ApplyIn(b.plain.JSON(), b.note)
		return protocol.RawPayload(raw), err
	}
	shown, err := b.inLocked(bodyForm{variant: f.variant})
	if err != nil {
		return nil, err
	}
	raw, err := f.form.Write(b.typ, shown.JSON(), b.attached[f.form])
	return protocol.RawPayload(raw), err
}

// attach puts something beside the event for a form.
func (b *body) attach(f *protocol.Form, value any) {
	if b.attached == nil {
		b.attached = map[*protocol.Form]any{}
	}
	b.attached[f] = value
}
