package streaming

import (
	"testing"

	"notewire/api/socket"
	"notewire/channel"
	"notewire/store"
)

// When a shard fails, its clients are sent away with a code after which they come
// back, and those who come back are served.
func TestShardFailure(t *testing.T) {
	n, db := oneNode(t, nil)
	k := n.talk(t, "me")
	k.connect("localTimeline", "")
	k.expect("connected localTimeline  ")
	appendTo(t, db, noteBy("n1", "ann"))
	cursor := last(k.expect("channel localTimeline note n1"))

	// A change of nobody's relations is none that the log can have: it panics, in
	// every shard. The reader has nothing to deliver meanwhile.
	if err := n.hub.Deliver(t.Context(), []channel.LoggedEvent{{Event: &channel.RelationEvent{Type: store.InternalFollow}}}); err != nil {
		t.Fatal(err)
	}
	k.WantClose(t, socket.CodeInternal)
	k = n.talk(t, "me")
	k.connect("localTimeline", cursor)
	k.expect("connected localTimeline  ")
	appendTo(t, db, noteBy("n2", "ann"))
	k.expect("channel localTimeline note n2")
	if shards, err := n.Shards(t.Context()); err != nil || shards.Failures == 0 {
		t.Errorf("%d failures are counted, %v", shards.Failures, err)
	}
}
