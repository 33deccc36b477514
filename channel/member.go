package channel

import (
	"slices"
	"sync/atomic"

	"notewire/notecapture"
	"notewire/protocol"
	"notewire/protocol/wire"
	"notewire/store"
	"notewire/store/feed"
	"notewire/store/visibility"
)

// Member is a connection in the hub. Its methods may be called from any
// goroutine; what one goroutine calls is carried out in that order. They may
// wait for room in the mailbox of the shard, never for the shard's work, and
// do nothing once the hub has stopped.
type Member struct {
	// What delivery looks at comes first.
	shard    *shard
	viewer   *viewer
	sink     Sink
	gatherer Gatherer        // sink, if it can gather
	protocol *protocolFrames // the encoder's, from the moment the member is seated
	at       int             // its index among the shard's members; in the shard only, like gathered
	gathered bool            // frames wait in its sink for the shard's next flush

	native bool
	left   atomic.Bool

	tokenID     string
	permissions []string
	encoder     Encoder

	// From here on the shard's goroutine only.
	subs     []*subscription
	captures *notecapture.Set // nil until a note is captured
	sentAway bool             // nothing is joined any more, and nothing sent
	held     *heldFrames      // while cursors are replayed
	// seenAhead is what the clients of its cursors had seen when they were resumed,
	// until the shard has come to all of it; nil: it has.
	seenAhead *feed.Position
	// toReplay is how many of its cursors have something to be replayed.
	toReplay int
}

// subscription is one live channel of a connection.
type subscription struct {
	// What delivery looks at comes first.
	lastNote uint64 // of the last note event that was sent; see shard.noteCount
	member   *Member
	cursor   *Cursor // nil: the client did not ask
	id       *subscriptionID
	filter   Filter
	gate     wire.Gate

	kind  *Kind
	links []link
}

// seenBy is the viewer for the rules of store/visibility: nil if anonymous.
func (m *Member) seenBy() visibility.Viewer {
	if m.viewer == m.shard.anonymous {
		return nil
	}
	return m.viewer
}

func (m *Member) allows(permission string) bool {
	return m.native || permission == "" || slices.Contains(m.permissions, permission)
}

// Connect joins a channel of Misskey's protocol. What is unknown, not permitted or
// full is ignored; a refused connect changes nothing. If the client asked for it,
// connected is sent before the first event of the channel.
func (m *Member) Connect(c protocol.Connect) { m.connect(c, nil) }

// ConnectWithCursor is Connect for a client that asked for cursors: every
// frame of the channel carries one, connected included. The answer is nil if
// the connect is refused; if start Resumes, the caller has to see to the replay,
// and nothing is sent into the channel before.
func (m *Member) ConnectWithCursor(c protocol.Connect, start Start) *Cursor {
	return m.connect(c, &start)
}

func (m *Member) connect(c protocol.Connect, start *Start) *Cursor {
	k := Find(c.Channel)
	if k == nil {
		m.refuse(RefusedUnknown)
		return nil
	}
	cursor, _ := m.Subscribe(Request{Kind: k, ID: protocol.EncodeID(c.ID), Params: c.Params, Answer: c.Pong, Start: start})
	return cursor
}

// Request is what a client subscribes to, in whatever protocol.
type Request struct {
	// Kind is one that Find answered, or one of the protocol's own. Required.
	Kind *Kind
	// ID is what the encoder is given with every event. It is not empty. Several
	// subscriptions may have the same.
	ID protocol.EncodedID
	// Params are what Kind.Open reads; nil: none.
	Params protocol.Params
	// Answer lets Encoder.Joined be sent before the first event.
	Answer bool
	// Start is where a client that asked for cursors begins; nil: it did not ask.
	Start *Start
}

// Subscribe is Connect, and ConnectWithCursor, for every protocol. False says that
// the request is refused before it came to the shard; the shard may still ignore it,
// because of Config.MaxChannels or because the kind is shared.
func (m *Member) Subscribe(r Request) (cursor *Cursor, ok bool) {
	k := r.Kind
	var viewer store.UserID
	if m.viewer != m.shard.anonymous {
		viewer = m.viewer.id
	}
	if k.RequireAuth && viewer == "" || !m.allows(k.Permission) {
		m.refuse(RefusedAuth)
		return nil, false
	}
	filter, ok := k.Open(viewer, r.Params)
	if !ok {
		m.refuse(RefusedParams)
		return nil, false
	}
	if r.Start != nil {
		cursor = &Cursor{member: m, start: *r.Start}
	}
	m.shard.do(func() { m.shard.connect(m, k, r.ID, filter, r.Answer, cursor) })
	return cursor, true
}

func (m *Member) refuse(why Refusal) { m.shard.hub.refused[why].Add(1) }

// Shard is the number of the member's shard, from 0.
func (m *Member) Shard() int { return m.shard.number }

// Disconnect leaves every channel that was joined under the id. Of what is
// still queued for it nothing is sent.
func (m *Member) Disconnect(id string) { m.Unsubscribe(protocol.EncodeID(id)) }

// Unsubscribe is Disconnect for every protocol.
func (m *Member) Unsubscribe(id protocol.EncodedID) {
	m.shard.do(func() { m.shard.disconnect(m, id) })
}

// Message hands a message to every channel that was joined under its id.
func (m *Member) Message(c protocol.ChannelMessage) {
	encoded := protocol.EncodeID(c.ID)
	m.shard.do(func() {
		for _, sub := range m.subs {
			if sub.id.id == encoded && sub.kind.Message != nil {
				sub.kind.Message(c, func(typ string, body *protocol.Payload) {
					if f := m.encoder.Event(encoded, typ, body, ""); f != nil {
						m.send(f, &sub.gate)
					}
				})
			}
		}
	})
}

// gone says whether nothing is to be sent to the member any more. It is called in the
// shard only.
func (m *Member) gone() bool { return m.sentAway || m.at < 0 }

// Leave ends every subscription and capture of the member. It may be called more than
// once. Nothing is sent to the sink after the shard has carried it out.
func (m *Member) Leave() {
	if m.left.Swap(true) {
		return
	}
	m.forgetWholeNotes()
	m.shard.do(func() {
		if m.at < 0 { // the shard has begun anew without it
			return
		}
		m.shard.endAll(m)
		m.shard.unseat(m)
		m.at = -1
	})
}

// forgetWholeNotes takes back that the member wants whole notes, if it does.
func (m *Member) forgetWholeNotes() {
	if m.encoder.WholeNotes() {
		m.shard.hub.whole.Add(-1)
	}
}
