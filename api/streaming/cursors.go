package streaming

import (
	"notewire/channel"
	"notewire/notecapture"
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
		c.capture(func(set *notecapture.Set) { set.Sub(id) })
		return
	}
	var set *notecapture.Set // in the shard only
	start := channel.ParseStart(*f.Cursor)
	cursor := c.member.NewCursor(start, func(cursor *channel.Cursor, e channel.Prepared) {
		if change, ok := e.(*channel.NoteChangeEvent); ok {
			set.Replay(cursor, change.Type, change.Change, change.Payload)
		}
	})
	c.capture(func(s *notecapture.Set) {
		set = s
		if s.SubWithCursor(id, cursor) {
			cursor.Open()
		}
	})
	c.resume(start, resuming{cursor: cursor, note: id})
}
