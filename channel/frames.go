package channel

import (
	"notewire/protocol"
	"notewire/protocol/wire"
)

// connID is the id under which clients joined channels: many use the same
// short ones, "1" and "main". It carries the frames of the event that is
// being delivered, so that a whole frame is built once for all of them.
type connID struct {
	encoded protocol.EncodedID
	refs    int
	plain   *wire.Frame
	others  []variantFrame
}

type variantFrame struct {
	variant  protocol.Variant
	cursored bool // with the cursor of the current event
	frame    *wire.Frame
}

// frames builds and shares the frames of one event at a time in one shard.
type frames struct {
	ids     map[protocol.EncodedID]*connID
	touched []*connID // those that carry frames of the current event
}

func newFrames() frames { return frames{ids: map[protocol.EncodedID]*connID{}} }

func (fs *frames) retain(id protocol.EncodedID) *connID {
	c := fs.ids[id]
	if c == nil {
		c = &connID{encoded: id}
		fs.ids[id] = c
	}
	c.refs++
	return c
}

func (fs *frames) release(c *connID) {
	if c.refs--; c.refs == 0 {
		delete(fs.ids, c.encoded)
	}
}

// of answers the current event's frame for the id in the given form.
func (fs *frames) of(c *connID, typ string, body *variants, v protocol.Variant) (*wire.Frame, error) {
	if v.Plain() {
		if c.plain == nil {
			fs.touch(c)
			c.plain = protocol.ChannelFrame(c.encoded, typ, body.plain)
		}
		return c.plain, nil
	}
	return fs.other(c, body, v, false, func(payload *protocol.Payload) *wire.Frame {
		return protocol.ChannelFrame(c.encoded, typ, payload)
	})
}

// withCursor is of for a client that asked for cursors, of which there is one
// per event.
func (fs *frames) withCursor(c *connID, typ string, body *variants, v protocol.Variant, cursor string) (*wire.Frame, error) {
	return fs.other(c, body, v, true, func(payload *protocol.Payload) *wire.Frame {
		return protocol.ChannelFrameWithCursor(c.encoded, typ, payload, cursor)
	})
}

// other answers one of the forms that few want, and makes it the first time.
func (fs *frames) other(
	c *connID, body *variants, v protocol.Variant, cursored bool, build func(*protocol.Payload) *wire.Frame,
) (*wire.Frame, error) {
	for i := range c.others {
		if c.others[i].variant == v && c.others[i].cursored == cursored {
			return c.others[i].frame, nil
		}
	}
	payload, err := body.payload(v)
	if err != nil {
		return nil, err
	}
	fs.touch(c)
	f := build(payload)
	c.others = append(c.others, variantFrame{v, cursored, f})
	return f, nil
}

func (fs *frames) touch(c *connID) {
	if c.plain == nil && len(c.others) == 0 {
		fs.touched = append(fs.touched, c)
	}
}

// end forgets the frames of the current event.
func (fs *frames) end() {
	for i, c := range fs.touched {
		c.plain, c.others = nil, nil
		fs.touched[i] = nil
	}
	fs.touched = fs.touched[:0]
	if cap(fs.touched) > maxKeptTouched {
		fs.touched = nil
	}
}

// maxKeptTouched bounds what a burst of distinct ids leaves allocated.
const maxKeptTouched = 4096
