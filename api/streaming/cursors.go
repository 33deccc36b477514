package streaming

import (
	"notewire/channel"
	"notewire/protocol"
	"notewire/store"
)

// connect joins a channel, with a cursor if the client asked for one.
func (c *session) connect(f protocol.Connect) {
	given, asked := f.Params.String("cursor")
	if !asked || c.server.cfg.Log == nil {
		c.member.Connect(f)
		return
	}
	start := channel.ParseStart(given)
	c.resume(start, resuming{cursor: c.member.ConnectWithCursor(f, start)})
}

// subNote captures a note, with a cursor if the client asked for one.
func (c *session) subNote(f protocol.SubNote) {
	id := store.NoteID(f.ID)
	if f.Cursor == nil || c.server.cfg.Log == nil {
		c.member.Capture(id)
		return
	}
	start := channel.ParseStart(*f.Cursor)
	c.resume(start, resuming{cursor: c.member.CaptureWithCursor(id, start), note: id})
}
