package channel

import (
	"notewire/protocol"
	"notewire/protocol/wire"
)

// framed is an event from which frames are built.
type framed interface {
	// frame builds the frame of the event for a subscription id of the protocol;
	// an empty id is none's. See Encoder for the cursor and for a nil frame.
	frame(p *protocolFrames, id protocol.EncodedID, v protocol.Variant, cursor string) (*wire.Frame, error)
}

// protocolFrames is one protocol in one shard.
type protocolFrames struct {
	encoder Encoder
	form    *protocol.Form // the encoder's
	members int
	// outside has the frames that belong to no subscription.
	outside subscriptionID
}

// subscriptionID is an id under which members of one protocol subscribed: many use
// the same short ones, "1" and "main". It carries the frames of the event that is
// being delivered, so that a frame is built once for all of them.
type subscriptionID struct {
	protocol *protocolFrames
	id       protocol.EncodedID
	refs     int

	built  bool        // plain is there
	plain  *wire.Frame // for the variant of nearly everybody; nil: there are no words for it
	others []variantFrame
}

type variantFrame struct {
	variant    protocol.Variant
	withCursor bool // with the cursor of the current event
	frame      *wire.Frame
}

// frameCache builds the frames of one event at a time in one shard, and shares
// them among the shard's members.
type frameCache struct {
	protocols []*protocolFrames // few
	ids       map[subscriptionKey]*subscriptionID
	filled    []*subscriptionID // those that carry frames of the current event
}

type subscriptionKey struct {
	protocol *protocolFrames
	id       protocol.EncodedID
}

func newFrameCache() frameCache {
	return frameCache{ids: map[subscriptionKey]*subscriptionID{}}
}

// join answers the protocol of a new member.
func (fc *frameCache) join(e Encoder) *protocolFrames {
	for _, p := range fc.protocols {
		if p.encoder == e {
			p.members++
			return p
		}
	}
	p := &protocolFrames{encoder: e, form: e.Form(), members: 1}
	p.outside.protocol = p
	fc.protocols = append(fc.protocols, p)
	return p
}

// leave counts one member of the protocol less.
func (fc *frameCache) leave(p *protocolFrames) {
	if p.members--; p.members > 0 {
		return
	}
	for i, other := range fc.protocols {
		if other == p {
			last := len(fc.protocols) - 1
			fc.protocols[i], fc.protocols[last] = fc.protocols[last], nil
			fc.protocols = fc.protocols[:last]
			return
		}
	}
}

func (fc *frameCache) retain(p *protocolFrames, id protocol.EncodedID) *subscriptionID {
	key := subscriptionKey{p, id}
	c := fc.ids[key]
	if c == nil {
		c = &subscriptionID{protocol: p, id: id}
		fc.ids[key] = c
	}
	c.refs++
	return c
}

func (fc *frameCache) release(c *subscriptionID) {
	if c.refs--; c.refs == 0 {
		delete(fc.ids, subscriptionKey{c.protocol, c.id})
	}
}

// of answers the current event's frame for the id in the given variant, without a
// cursor.
func (fc *frameCache) of(c *subscriptionID, e framed, v protocol.Variant) (*wire.Frame, error) {
	if !v.Plain() {
		return fc.other(c, e, v, "")
	}
	if !c.built {
		f, err := e.frame(c.protocol, c.id, v, "")
		if err != nil {
			return nil, err
		}
		fc.fill(c)
		c.built, c.plain = true, f
	}
	return c.plain, nil
}

// withCursor is of for clients that asked for cursors and have seen all that the
// shard has delivered: they have the same cursor.
func (fc *frameCache) withCursor(c *subscriptionID, e framed, v protocol.Variant, cursor string) (*wire.Frame, error) {
	return fc.other(c, e, v, cursor)
}

// other answers one of the frames that few want. cursor is the current event's, or
// empty.
func (fc *frameCache) other(c *subscriptionID, e framed, v protocol.Variant, cursor string) (*wire.Frame, error) {
	withCursor := cursor != ""
	for i := range c.others {
		if c.others[i].variant == v && c.others[i].withCursor == withCursor {
			return c.others[i].frame, nil
		}
	}
	f, err := e.frame(c.protocol, c.id, v, cursor)
	if err != nil {
		return nil, err
	}
	fc.fill(c)
	c.others = append(c.others, variantFrame{v, withCursor, f})
	return f, nil
}

// fill notes that the id is about to carry a frame of the current event.
func (fc *frameCache) fill(c *subscriptionID) {
	if !c.built && len(c.others) == 0 {
		fc.filled = append(fc.filled, c)
	}
}

// end forgets the frames of the current event.
func (fc *frameCache) end() {
	for i, c := range fc.filled {
		c.built, c.plain, c.others = false, nil, nil
		fc.filled[i] = nil
	}
	fc.filled = fc.filled[:0]
	if cap(fc.filled) > maxKeptFilled {
		fc.filled = nil
	}
}

// maxKeptFilled bounds what a burst of distinct ids leaves allocated.
const maxKeptFilled = 4096
