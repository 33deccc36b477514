package store

import (
	"encoding/json"
	"slices"
	"time"
)

// User is an account, local (Host empty) or remote. Remote users exist as
// data only: Notewire does not federate.
type User struct {
	ID       UserID
	Username string // as written; unique per host without regard to case
	Host     string // lower case; empty for local users
	Name     string // display name; empty means none (null on the wire)

	CreatedAt    time.Time
	UpdatedAt    time.Time // zero: never updated
	LastActiveAt time.Time // zero: never seen

	AvatarID, BannerID   string // drive file ids; empty: none
	AvatarURL, BannerURL string // resolved from the files when loaded; empty: none

	IsLocked    bool // follows need approval
	IsBot       bool
	IsCat       bool
	IsAdmin     bool // administrator: everything under admin/
	IsModerator bool
	IsSuspended bool
	IsDeleted   bool

	FollowersCount int
	FollowingCount int
	NotesCount     int

	// ReadNotificationID is the newest notification that the user has read;
	// every notification with a greater id is unread. Empty: none read.
	ReadNotificationID string

	Settings UserSettings
}

// Local says whether the account lives on this server.
func (u *User) Local() bool { return u.Host == "" }

// ProfileField is one row of the table in a profile.
type ProfileField struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// UserSettings is what a user may set with i/update and what no query needs
// to search. It is kept as one JSON object. DefaultUserSettings has the
// values of a new account.
type UserSettings struct {
	Description     string         `json:"description,omitempty"`
	Location        string         `json:"location,omitempty"`
	Birthday        string         `json:"birthday,omitempty"` // YYYY-MM-DD
	Lang            string         `json:"lang,omitempty"`
	FollowedMessage string         `json:"followedMessage,omitempty"`
	Fields          []ProfileField `json:"fields,omitempty"`

	FollowingVisibility string `json:"followingVisibility"` // public, followers or private
	FollowersVisibility string `json:"followersVisibility"`

	AutoAcceptFollowed       bool `json:"autoAcceptFollowed"`
	CarefulBot               bool `json:"carefulBot,omitempty"`
	NoCrawle                 bool `json:"noCrawle,omitempty"`
	PreventAiLearning        bool `json:"preventAiLearning"`
	IsExplorable             bool `json:"isExplorable"`
	HideOnlineStatus         bool `json:"hideOnlineStatus,omitempty"`
	PublicReactions          bool `json:"publicReactions"`
	InjectFeaturedNote       bool `json:"injectFeaturedNote"`
	ReceiveAnnouncementEmail bool `json:"receiveAnnouncementEmail"`
	AlwaysMarkNsfw           bool `json:"alwaysMarkNsfw,omitempty"`
	AutoSensitive            bool `json:"autoSensitive,omitempty"`

	MutedWords             json.RawMessage `json:"mutedWords,omitempty"`     // filtered by clients; [] when absent
	HardMutedWords         json.RawMessage `json:"hardMutedWords,omitempty"` // [] when absent
	MutedInstances         []string        `json:"mutedInstances,omitempty"` // lower case host names
	NotificationConfig     json.RawMessage `json:"notificationRecieveConfig,omitempty"`
	EmailNotificationTypes []string        `json:"emailNotificationTypes"`
	PinnedNoteIDs          []NoteID        `json:"pinnedNoteIds,omitempty"`
}

// DefaultUserSettings is what a new account starts with, as in Misskey 2024.10.
func DefaultUserSettings() UserSettings {
	return UserSettings{
		FollowingVisibility:      "public",
		FollowersVisibility:      "public",
		AutoAcceptFollowed:       true,
		PreventAiLearning:        true,
		IsExplorable:             true,
		PublicReactions:          true,
		InjectFeaturedNote:       true,
		ReceiveAnnouncementEmail: true,
		EmailNotificationTypes:   []string{"follow", "receiveFollowRequest"},
	}
}

// TokenHash is the SHA-256 of an access token: tokens themselves are never
// kept.
type TokenHash [32]byte

// AccessToken is a key to an account. A native token (16 characters, what
// signup and signin answer with) may do everything; an app token (32
// characters, from miauth) only what Permissions allow. Since only hashes are
// kept, each sign-in makes a native token of its own.
type AccessToken struct {
	ID          string
	UserID      UserID
	Hash        TokenHash
	Native      bool
	Name        string // the app's name; empty: none
	Description string
	IconURL     string
	Session     string // the miauth session; empty: none
	Permissions []string
	CreatedAt   time.Time
	LastUsedAt  time.Time // zero: never
}

// Allows says whether the token carries the permission, for example
// "write:notes". Native tokens carry all; an empty permission is always carried.
func (t *AccessToken) Allows(permission string) bool {
	return allows(t.Native, t.Permissions, permission)
}

func allows(native bool, permissions []string, permission string) bool {
	return native || permission == "" || slices.Contains(permissions, permission)
}

// Access is what an access token opens: all that a connection needs of the
// token and of its account, and a tenth of what there is.
type Access struct {
	UserID      UserID
	TokenID     string
	Native      bool     // see AccessToken
	Permissions []string // of an app token
	Suspended   bool     // the account is
}

// Allows is AccessToken.Allows.
func (a *Access) Allows(permission string) bool { return allows(a.Native, a.Permissions, permission) }

// Entry is what a connection of somebody who is not online needs: what the token
// opens, and the relations of its user at the same instant.
type Entry struct {
	Access
	Relations *RelationLists
}

// Identity is who is calling: an account and the token that it came with.
type Identity struct {
	User  *User
	Token *AccessToken
}
