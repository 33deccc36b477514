package store

import "time"

// Follow says that Follower follows Followee.
type Follow struct {
	ID          string
	CreatedAt   time.Time
	FollowerID  UserID
	FolloweeID  UserID
	WithReplies bool // their replies to others appear on the home timeline too
	Notify      string
}

// FollowRequest waits for the approval of a locked account.
type FollowRequest struct {
	ID          string
	CreatedAt   time.Time
	FollowerID  UserID
	FolloweeID  UserID
	WithReplies bool
}

// Mute hides Mutee's posts from Muter.
type Mute struct {
	ID        string
	CreatedAt time.Time
	MuterID   UserID
	MuteeID   UserID
	ExpiresAt time.Time // zero: never
}

// RenoteMute hides Mutee's pure renotes from Muter.
type RenoteMute struct {
	ID        string
	CreatedAt time.Time
	MuterID   UserID
	MuteeID   UserID
}

// Block says that Blocker blocks Blockee, who then gets nothing of Blocker.
type Block struct {
	ID        string
	CreatedAt time.Time
	BlockerID UserID
	BlockeeID UserID
}

// UserList is a list of users; it belongs to one user.
type UserList struct {
	ID        string
	CreatedAt time.Time
	UserID    UserID
	Name      string
	IsPublic  bool
	MemberIDs []UserID
}

// ListMember is one membership of a list.
type ListMember struct {
	ID          string
	CreatedAt   time.Time
	ListID      string
	UserID      UserID
	WithReplies bool
}

// RelationBetween is what users/relation answers about one other user, seen
// from the viewer.
type RelationBetween struct {
	UserID                 UserID
	IsFollowing            bool
	Following              *Follow // the viewer's own follow; nil: none
	IsFollowed             bool
	HasPendingFromYou      bool
	HasPendingToYou        bool
	IsBlocking, IsBlocked  bool
	IsMuted, IsRenoteMuted bool
	IsFollowingWithReplies bool
	MemoText               string
}

// Relations is everything about a viewer that decides what is delivered to
// them. It is the state that a viewer starts from; relation events change it.
type Relations struct {
	UserID           UserID
	Following        map[UserID]bool // followee → withReplies
	Muting           map[UserID]struct{}
	RenoteMuting     map[UserID]struct{}
	BlockedBy        map[UserID]struct{} // who blocks the viewer
	MutedInstances   map[string]struct{} // lower case host names
	FollowedChannels map[string]struct{} // community channel ids
}

// NewRelations makes the empty relations of a user.
func NewRelations(id UserID) *Relations {
	return &Relations{
		UserID:           id,
		Following:        map[UserID]bool{},
		Muting:           map[UserID]struct{}{},
		RenoteMuting:     map[UserID]struct{}{},
		BlockedBy:        map[UserID]struct{}{},
		MutedInstances:   map[string]struct{}{},
		FollowedChannels: map[string]struct{}{},
	}
}

// NotificationType names what a notification tells, as on the wire.
type NotificationType string

// The notification types that Notewire makes.
const (
	NotifyFollow                NotificationType = "follow"
	NotifyMention               NotificationType = "mention"
	NotifyReply                 NotificationType = "reply"
	NotifyRenote                NotificationType = "renote"
	NotifyQuote                 NotificationType = "quote"
	NotifyReaction              NotificationType = "reaction"
	NotifyPollEnded             NotificationType = "pollEnded"
	NotifyReceiveFollowRequest  NotificationType = "receiveFollowRequest"
	NotifyFollowRequestAccepted NotificationType = "followRequestAccepted"
	NotifyLogin                 NotificationType = "login"
	NotifyCreateToken           NotificationType = "createToken"
	NotifyApp                   NotificationType = "app"
	NotifyTest                  NotificationType = "test"
)

// Notification tells UserID that something happened.
type Notification struct {
	ID         string
	CreatedAt  time.Time
	UserID     UserID // who is told
	Type       NotificationType
	NotifierID UserID // who caused it; empty: nobody
	NoteID     NoteID // about which note; empty: none
	Reaction   string
	Message    string // followRequestAccepted's message, an app's body
	Header     string // an app's header
	Icon       string // an app's icon
}
