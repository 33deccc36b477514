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
	Facts json.RawMessage // of notesStream: NoteFacts; nil: derive them from Body
}

// NewEvent is an event that has not been written yet.
type NewEvent struct {
	Topic string
	Type  string
	Body  json.RawMessage // nil is written as null
	Facts json.RawMessage // nil: none
}

// The topics that need no id, named as on Misskey's bus.
const (
	TopicNotes     = "notesStream" // type note: a packed note
	TopicInternal  = "internal"    // relation changes and revocations, see Internal*
	TopicBroadcast = "broadcast"   // emojiAdded, emojiUpdated, emojiDeleted, announcementCreated
)

// The prefixes of the topics that end in an id.
const (
	PrefixMain     = "mainStream:"     // + user id
	PrefixNote     = "noteStream:"     // + note id
	PrefixUserList = "userListStream:" // + list id
	PrefixAntenna  = "antennaStream:"  // + antenna id
	PrefixDrive    = "driveStream:"    // + user id
	PrefixAdmin    = "adminStream:"    // + user id
)

// MainTopic is where a user's own events go.
func MainTopic(id UserID) string { return PrefixMain + string(id) }

// NoteTopic is where changes of a note go.
func NoteTopic(id NoteID) string { return PrefixNote + string(id) }

// UserListTopic is where membership changes of a list go.
func UserListTopic(id string) string { return PrefixUserList + id }

// The types of events on TopicInternal. Their bodies are a RelationChange for
// the first group, a Revocation for the second.
const (
	InternalFollow          = "follow"          // Actor follows Target; WithReplies
	InternalUnfollow        = "unfollow"        // Actor no longer follows Target
	InternalMute            = "mute"            // Actor mutes Target
	InternalUnmute          = "unmute"          //
	InternalRenoteMute      = "renoteMute"      // Actor mutes Target's renotes
	InternalRenoteUnmute    = "renoteUnmute"    //
	InternalBlock           = "blockingCreated" // Actor blocks Target
	InternalUnblock         = "blockingDeleted" //
	InternalMuteInstances   = "muteInstances"   // Actor's muted instances are now Hosts
	InternalFollowChannel   = "followChannel"   // Actor follows the community channel ChannelID
	InternalUnfollowChannel = "unfollowChannel"
	InternalListMember      = "userListMember"        // Target is in Actor's list ListID; WithReplies
	InternalListMemberGone  = "userListMemberRemoved" //
	InternalListGone        = "userListDeleted"       // Actor's list ListID is gone

	InternalTokenRegenerated = "userTokenRegenerated"     // sessions of TokenIDs end
	InternalTokenRevoked     = "userTokenRevoked"         // sessions of TokenIDs end
	InternalSuspended        = "userChangeSuspendedState" // all sessions of UserID end if Gone
	InternalDeleted          = "userChangeDeletedState"   // all sessions of UserID end
)

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

// The types of events on NoteTopic, as in noteUpdated.
const (
	NoteReacted   = "reacted"
	NoteUnreacted = "unreacted"
	NotePollVoted = "pollVoted"
	NoteDeleted   = "deleted"
)

// Internal makes an event on TopicInternal from a RelationChange or a
// Revocation.
func Internal(typ string, body any) (NewEvent, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return NewEvent{}, err
	}
	return NewEvent{Topic: TopicInternal, Type: typ, Body: b}, nil
}
