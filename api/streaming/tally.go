package streaming

import (
	"errors"
	"sync/atomic"

	"notewire/protocol"
)

// tallies is over how many tallies the sockets are spread. It is more than most
// machines have shards.
const tallies = 16

// tally counts the traffic of the sockets of one shard. What is counted for
// every recipient of every event must not be one number that all processors
// want to write: the sockets of a shard are mostly written by the shard's
// goroutine, so its tally stays in one processor's cache, and the tallies are
// added up when somebody looks.
type tally struct {
	out  [outKinds]traffic
	in   [inKinds]traffic
	wire traffic // inbound, as it came: control frames, fragments and headers too

	_ [128]byte // so that no two tallies share a cache line
}

// traffic is a number of frames and their bytes.
type traffic struct{ frames, bytes atomic.Int64 }

func (t *traffic) add(frames, bytes int) {
	if frames != 0 {
		t.frames.Add(int64(frames))
	}
	t.bytes.Add(int64(bytes))
}

// tally is that of a shard.
func (s *Stats) tally(shard int) *tally { return &s.tallies[shard%tallies] }

// outKind is the type of an outbound frame: one of protocol's, or of RFC 6455's
// control frames.
type outKind uint8

const (
	outPing = outKind(protocol.FrameKinds) + iota
	outPong
	outClose
	outKinds
)

func (k outKind) String() string {
	switch k {
	case outPing:
		return "ping"
	case outPong:
		return "pong"
	case outClose:
		return "close"
	default:
		return protocol.FrameKind(k).String()
	}
}

// kind is what the entry counts as.
func (e *entry) kind() outKind {
	if e.control == nil {
		return outKind(e.frame.Kind())
	}
	switch e.control.wire[0] & 0xf {
	case opClose:
		return outClose
	case opPong:
		return outPong
	default:
		return outPing
	}
}

// inKind is the type of a client's message, or why it was ignored.
type inKind uint8

const (
	inConnect inKind = iota
	inDisconnect
	inChannel
	inSubNote
	inUnsubNote
	inReadNotification
	inAPI
	inIgnored // the first of those that were ignored, in the order of ignoredReasons
)

// inKinds is how many kinds of messages there are.
const inKinds = int(inIgnored) + len(ignoredReasons)

var inNames = [inIgnored]string{"connect", "disconnect", "channel", "subNote", "unsubNote", "readNotification", "api"}

var ignoredReasons = [...]protocol.Ignored{
	protocol.IgnoredHeartbeat, protocol.IgnoredPing, protocol.IgnoredNotJSON, protocol.IgnoredNotObject,
	protocol.IgnoredUnknownType, protocol.IgnoredBadBody, protocol.IgnoredBadMember,
}

// inKindOf is the kind of what protocol.Decode answered.
func inKindOf(f protocol.ClientFrame, err error) inKind {
	var why protocol.Ignored
	if errors.As(err, &why) {
		for i, r := range ignoredReasons {
			if r == why {
				return inIgnored + inKind(i)
			}
		}
	}
	switch f.(type) {
	case protocol.Connect:
		return inConnect
	case protocol.Disconnect:
		return inDisconnect
	case protocol.ChannelMessage:
		return inChannel
	case protocol.SubNote:
		return inSubNote
	case protocol.UnsubNote:
		return inUnsubNote
	case protocol.ReadNotification:
		return inReadNotification
	default:
		return inAPI
	}
}

// EachOut calls f for every type of outbound frames with how many were handed
// to the kernel (or to TLS) and how many bytes of them, headers included. A
// frame counts when its last byte did.
func (s *Stats) EachOut(f func(typ string, frames, bytes int64)) {
	for k := range outKinds {
		var frames, bytes int64
		for i := range s.tallies {
			frames += s.tallies[i].out[k].frames.Load()
			bytes += s.tallies[i].out[k].bytes.Load()
		}
		f(k.String(), frames, bytes)
	}
}

// EachIn calls f for every type of messages from clients with how many came
// and how many bytes of payload they had. ignored is why nothing came of them;
// then typ is "ignored".
func (s *Stats) EachIn(f func(typ, ignored string, messages, bytes int64)) {
	for k := range inKinds {
		var messages, bytes int64
		for i := range s.tallies {
			messages += s.tallies[i].in[k].frames.Load()
			bytes += s.tallies[i].in[k].bytes.Load()
		}
		if k < int(inIgnored) {
			f(inNames[k], "", messages, bytes)
		} else {
			f("ignored", string(ignoredReasons[k-int(inIgnored)]), messages, bytes)
		}
	}
}

// Out is how many frames were handed to the kernel (or to TLS), control frames
// included, and how many bytes.
func (s *Stats) Out() (frames, bytes int64) {
	s.EachOut(func(_ string, f, b int64) { frames += f; bytes += b })
	return frames, bytes
}

// In is how many frames came, control frames and fragments included, and how
// many bytes.
func (s *Stats) In() (frames, bytes int64) {
	for i := range s.tallies {
		frames += s.tallies[i].wire.frames.Load()
		bytes += s.tallies[i].wire.bytes.Load()
	}
	return frames, bytes
}
