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

// RelationLists is everything about a viewer that decides what is delivered to
// them, in the form in which it is read. No list of ids has one twice; the order
// is any. The strings of a list may be parts of one long text, so whoever keeps
// a few of them copies those.
type RelationLists struct {
	UserID           UserID
	Following        []Followee
	Muting           []UserID
	RenoteMuting     []UserID
	BlockedBy        []UserID // who blocks the viewer
	MutedInstances   []string // lower case host names, as the user set them
	FollowedChannels []string // community channel ids
}

// Followee is somebody whom the viewer follows.
type Followee struct {
	ID          UserID
	WithReplies bool // see Follow
}

// Relations is the same for looking up.
func (l *RelationLists) Relations() *Relations {
	r := &Relations{
		UserID:           l.UserID,
		Following:        make(map[UserID]bool, len(l.Following)),
		Muting:           setOf(l.Muting),
		RenoteMuting:     setOf(l.RenoteMuting),
		BlockedBy:        setOf(l.BlockedBy),
		MutedInstances:   setOf(l.MutedInstances),
		FollowedChannels: setOf(l.FollowedChannels),
	}
	for _, f := range l.Following {
		r.Following[f.ID] = f.WithReplies
	}
	return r
}

func setOf[K comparable](list []K) map[K]struct{} {
	set := make(map[K]struct{}, len(list))
	for _, k := range list {
		set[k] = struct{}{}
	}
	return set
}

// Relations are RelationLists as sets, which the rules of store/visibility ask.
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
	UserID     UserID // whose notification it is
	Type       NotificationType
	NotifierID UserID // who caused it; empty: nobody
	NoteID     NoteID // about which note; empty: none
	Reaction   string
	Message    string // followRequestAccepted's message, an app's body
	Header     string // an app's header
	Icon       string // an app's icon
}
