package channel

import (
	"notewire/protocol"
	"notewire/protocol/wire"
)

// Encoder builds the frames of one protocol. Every member brings one. The hub
// decides who is sent what, and the encoder how it looks.
//
// An Encoder is comparable, and all members of a protocol bring the same value: a
// frame is built once for all who have the same encoder, subscription id, variant
// and cursor. Its methods are called by several shards at the same time. They are
// pure, and do not keep what they are given.
//
// A subscription's id is what the member gave when it subscribed. It is opaque to
// the hub. Bodies are in the encoder's form; what the viewer may not see is hidden
// in them already. The empty cursor stands for a client that did not ask for
// cursors. A nil frame says that the protocol has no words for it: nothing is sent.
type Encoder interface {
	// Form is how the protocol writes bodies; nil: as Misskey does. Encoders that
	// write the same bodies into different frames share one Form.
	Form() *protocol.Form
	// WholeNotes says whether NoteChanged wants NoteChange.Whole.
	WholeNotes() bool
	// Event is an event on a subscription: a note (typ is store.EventNote), or an
	// event of the subscription's topic.
	Event(id protocol.EncodedID, typ string, body *protocol.Payload, cursor string) *wire.Frame
	// Joined answers a client that asked to be told when it has subscribed.
	Joined(id protocol.EncodedID, cursor string) *wire.Frame
	// Gap tells a subscription that events may be missing before this one. The
	// reason is a feed.GapReason.
	Gap(id protocol.EncodedID, reason, cursor string) *wire.Frame
	// NoteChanged tells what happened to a note: with an empty id to a member that
	// captured the note, otherwise to a subscription whose filter has Changed.
	NoteChanged(id protocol.EncodedID, c protocol.NoteChange, cursor string) *wire.Frame
	// Broadcast is an event for every member, outside of all subscriptions.
	Broadcast(typ string, body *protocol.Payload) *wire.Frame
}

// Misskey's own encoder is one.
var _ Encoder = protocol.Encoder{}
