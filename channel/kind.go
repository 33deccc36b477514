package channel

import (
	"fmt"

	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// Kind is one sort of channel that clients can join. It is a value without
// state; see Find.
type Kind struct {
	// Name is what clients write into connect.
	Name string
	// RequireAuth refuses anonymous connections.
	RequireAuth bool
	// Permission is what an app's token needs; empty: nothing.
	Permission string
	// Shared kinds live at most once per connection.
	Shared bool
	// Open reads the params of a connect and answers what the subscription
	// gets. False refuses the connect. It is called in the goroutine of
	// Member.Connect; the functions that it answers run in shards.
	Open func(viewer store.UserID, params protocol.Params) (Filter, bool)
	// Message answers a message that the client sends into the channel, by
	// calling send. It runs in a shard. Nil: messages are ignored.
	Message func(m protocol.ChannelMessage, send func(typ string, body *protocol.Payload))
}

// Filter is what an open subscription gets. Its functions are pure, and the
// facts and events given to them are shared: they must not be changed or kept.
type Filter struct {
	// Note says whether the subscription is made of a note from the interests.
	// Nil: of none. What the viewer may not see, or wants to be spared, is not its
	// matter: nobody is sent that, whatever Note says.
	Note func(v visibility.Viewer, f *store.NoteFacts) bool
	// Event likewise says whether the subscription has another event from the
	// interests. Nil: all.
	Event func(v visibility.Viewer, e *TopicEvent) bool
	// Changed likewise says whether the subscription is told what happened to a
	// note from the interests, for protocols that tell of it without a capture.
	// Nil: it is told of none.
	Changed func(v visibility.Viewer, e *NoteChangeEvent) bool
	// Interests say where candidates come from.
	Interests []Interest
}

// Interest names a source of candidates in the index.
type Interest struct {
	Source Source
	Key    string // for the sources that have one
}

// Source is a sort of candidates.
type Source uint8

// The sources of the index.
const (
	// FromSelf are the events on the viewer's own main topic.
	FromSelf Source = iota
	// FromFollowing are the notes that a home timeline is made of: of the
	// viewer, of authors that they follow, in community channels that they
	// follow.
	FromFollowing
	// FromLocal are public notes of local authors outside community channels.
	FromLocal
	// FromPublic are all public notes outside community channels.
	FromPublic
	// FromAuthor are the notes of the user Key.
	FromAuthor
	// FromTag are the notes with the tag Key, in lower case without '#'.
	FromTag
	// FromCommunity are the notes in the community channel Key.
	FromCommunity
	// FromTopic are the events on the topic Key, other than main topics.
	FromTopic
)

// kinds has every registered kind by name. It is filled while the package is
// initialized and only read afterwards.
var kinds = map[string]*Kind{}

// register adds a kind. It is called from a variable declaration in the file
// that holds the kind.
func register(k *Kind) *Kind { //nolint:unparam // a variable declaration, which is what runs it, needs a value
	if _, taken := kinds[k.Name]; taken {
		panic(fmt.Sprintf("channel: two kinds are called %q", k.Name))
	}
	kinds[k.Name] = k
	return k
}

// Find answers the kind with that name, or nil.
func Find(name string) *Kind { return kinds[name] }

// timelineParams reads the params that timelines have in common.
func timelineParams(p protocol.Params) visibility.Params {
	d := visibility.DefaultParams()
	return visibility.Params{
		WithRenotes: p.Bool("withRenotes", d.WithRenotes),
		WithReplies: p.Bool("withReplies", d.WithReplies),
		WithFiles:   p.Bool("withFiles", d.WithFiles),
	}
}

// timeline is Kind.Open for a timeline whose rule stands in store/visibility.
func timeline(
	rule func(visibility.Viewer, *store.NoteFacts, visibility.Params) bool, interests ...Interest,
) func(store.UserID, protocol.Params) (Filter, bool) {
	return func(_ store.UserID, params protocol.Params) (Filter, bool) {
		p := timelineParams(params)
		return Filter{
			Interests: interests,
			Note:      func(v visibility.Viewer, f *store.NoteFacts) bool { return rule(v, f, p) },
		}, true
	}
}
