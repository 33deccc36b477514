package store

import (
	"encoding/json"
	"time"
)

// Event is one row of the event log: what happened, in the words of Misskey's
// own bus. Rows are written in the transaction of what they tell and read in
// commit-respecting order by store/feed.
type Event struct {
	ID    int64
	At    time.Time
	Topic string
	Type  string
	Body  json.RawMessage // any JSON; null when the message has no body
	// Facts spares the nodes that deliver the event a look into Body: NoteFacts
	// on TopicNotes and NoteTopic, EventFacts on every other topic. Nil: the
	// writer left none.
	Facts json.RawMessage
}

// NewEvent is an event that has not been written yet.
type NewEvent struct {
	Topic string
	Type  string
	Body  json.RawMessage // nil is written as null
	Facts json.RawMessage // see Event.Facts; nil: none
}

// EventFacts is what the rules of delivery need to know of an event on a topic
// other than TopicNotes and NoteTopic. An event whose body is a packed note, or
// has one as its member "note", is delivered by what the note's facts say. Without
// them such an event is not delivered, except for the types of main topics that
// are known to carry notes, whose facts are then derived from the body.
//
// As JSON it is the note's facts with two members more, so that a node of a
// version that knows only NoteFacts can read it.
type EventFacts struct {
	// NoteFacts are those of the note in the body; nil: there is none.
	*NoteFacts
	// CauserID is who caused an event on a main topic, and CauserHost their host
	// (empty: a local user). Viewers who mute them are not sent the event. Empty:
	// the body says, or nobody caused it.
	CauserID   UserID `json:"causerId,omitempty"`
	CauserHost string `json:"causerHost,omitempty"`
}

// RelationChange is the body of a relation event. Which members count depends
// on the event's type; see the Internal constants.
type RelationChange struct {
	Actor       UserID   `json:"actorId"`
	Target      UserID   `json:"targetId,omitempty"`
	WithReplies bool     `json:"withReplies,omitempty"`
	Hosts       []string `json:"hosts,omitempty"`
	ChannelID   string   `json:"channelId,omitempty"`
	ListID      string   `json:"listId,omitempty"`
}

// Revocation is the body of an event that ends sessions. It never carries a
// token, only ids of tokens.
type Revocation struct {
	UserID   UserID   `json:"userId"`
	TokenIDs []string `json:"tokenIds,omitempty"`
	Gone     bool     `json:"gone"` // false: the user was unsuspended, nothing ends
}

// NoteChange is the body of an event on NoteTopic: what happened to the note
// (Body, as noteUpdated carries it) and who may hear of it.
type NoteChange struct {
	ID NoteID `json:"id"`
	Audience
	Body json.RawMessage `json:"body"`
	// ActorID is who caused it (the reacting or voting user); empty for a
	// deletion. Reactions of users that a viewer mutes are not sent to them.
	ActorID UserID `json:"actorId,omitempty"`
}

// Internal makes an event on TopicInternal from a RelationChange or a
// Revocation.
func Internal(typ string, body any) (NewEvent, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return NewEvent{}, err
	}
	return NewEvent{Topic: TopicInternal, Type: typ, Body: b}, nil
}
