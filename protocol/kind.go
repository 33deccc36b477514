package protocol

import "notewire/protocol/wire"

// FrameKind is what a frame of Misskey's protocol is about, coarsely, for
// counting: the type of its message. It is what Finish is given as the frame's
// wire.Kind.
type FrameKind wire.Kind

// The kinds of frames.
const (
	KindOther       FrameKind = iota // the "pong" that answers a "ping" as text
	KindChannel                      // an event of a channel
	KindConnected                    // a channel was joined
	KindNoteUpdated                  // an event of a captured note
	KindBroadcast                    // for everybody, outside of channels
	KindAPI                          // the answer to an APICall
	FrameKinds                       // how many kinds there are
)

// String is the kind as it stands in metrics.
func (k FrameKind) String() string {
	if k >= FrameKinds {
		return "unknown"
	}
	return [FrameKinds]string{"other", "channel", "connected", "noteUpdated", "broadcast", "api"}[k]
}
