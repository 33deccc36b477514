package streaming

import (
	"errors"
	"sync/atomic"

	"notewire/protocol"
)

// messageCounterSets is over how many sets of counters the connections are
// spread, so that no number is written by all processors.
const messageCounterSets = 16

// messageCounters count the messages that came to the connections of one shard.
type messageCounters struct {
	of [inKinds]messageCounter

	_ [128]byte // so that no two sets share a cache line
}

// messageCounter is a number of messages and the bytes of their payload.
type messageCounter struct{ messages, bytes atomic.Int64 }

// heard counts a message of a connection of the shard.
func (s *Stats) heard(shard int, kind inKind, bytes int) {
	c := &s.messages[shard%messageCounterSets].of[kind]
	c.messages.Add(1)
	c.bytes.Add(int64(bytes))
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
	var kinds [protocol.FrameKinds]string
	for k := range kinds {
		kinds[k] = protocol.FrameKind(k).String()
	}
	s.Stats.EachOut(kinds[:], f)
}

// EachIn calls f for every type of messages from clients with how many came
// and how many bytes of payload they had. ignored is why nothing came of them;
// then typ is "ignored".
func (s *Stats) EachIn(f func(typ, ignored string, messages, bytes int64)) {
	for k := range inKinds {
		var messages, bytes int64
		for i := range s.messages {
			messages += s.messages[i].of[k].messages.Load()
			bytes += s.messages[i].of[k].bytes.Load()
		}
		if k < int(inIgnored) {
			f(inNames[k], "", messages, bytes)
		} else {
			f("ignored", string(ignoredReasons[k-int(inIgnored)]), messages, bytes)
		}
	}
}
