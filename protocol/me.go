package protocol

import (
	"encoding/json"

	"notewire/store"
)

// MeDetailed is a user as they see themself. MeSecrets is nil where an app
// token asks.
type MeDetailed struct {
	UserLite
	UserProfile
	MeProfile
	*MeSecrets
	Token string `json:"token,omitempty"` // only in the answer of a sign-up
}

// MeProfile is what MeDetailed has beyond what others see.
type MeProfile struct {
	TwoFactorEnabled                bool            `json:"twoFactorEnabled"`
	UsePasswordLessLogin            bool            `json:"usePasswordLessLogin"`
	SecurityKeys                    bool            `json:"securityKeys"`
	AvatarID                        *string         `json:"avatarId"`
	BannerID                        *string         `json:"bannerId"`
	FollowedMessage                 *string         `json:"followedMessage"`
	IsModerator                     bool            `json:"isModerator"`
	IsAdmin                         bool            `json:"isAdmin"`
	InjectFeaturedNote              bool            `json:"injectFeaturedNote"`
	ReceiveAnnouncementEmail        bool            `json:"receiveAnnouncementEmail"`
	AlwaysMarkNsfw                  bool            `json:"alwaysMarkNsfw"`
	AutoSensitive                   bool            `json:"autoSensitive"`
	CarefulBot                      bool            `json:"carefulBot"`
	AutoAcceptFollowed              bool            `json:"autoAcceptFollowed"`
	NoCrawle                        bool            `json:"noCrawle"`
	PreventAiLearning               bool            `json:"preventAiLearning"`
	IsExplorable                    bool            `json:"isExplorable"`
	IsDeleted                       bool            `json:"isDeleted"`
	TwoFactorBackupCodesStock       string          `json:"twoFactorBackupCodesStock"`
	HideOnlineStatus                bool            `json:"hideOnlineStatus"`
	HasUnreadSpecifiedNotes         bool            `json:"hasUnreadSpecifiedNotes"`
	HasUnreadMentions               bool            `json:"hasUnreadMentions"`
	HasUnreadAnnouncement           bool            `json:"hasUnreadAnnouncement"`
	UnreadAnnouncements             []Announcement  `json:"unreadAnnouncements"`
	HasUnreadAntenna                bool            `json:"hasUnreadAntenna"`
	HasUnreadChannel                bool            `json:"hasUnreadChannel"`
	HasUnreadNotification           bool            `json:"hasUnreadNotification"`
	HasPendingReceivedFollowRequest bool            `json:"hasPendingReceivedFollowRequest"`
	UnreadNotificationsCount        int             `json:"unreadNotificationsCount"`
	MutedWords                      json.RawMessage `json:"mutedWords"`
	HardMutedWords                  json.RawMessage `json:"hardMutedWords"`
	MutedInstances                  []string        `json:"mutedInstances"`
	MutingNotificationTypes         []string        `json:"mutingNotificationTypes"`
	NotificationRecieveConfig       json.RawMessage `json:"notificationRecieveConfig"`
	EmailNotificationTypes          []string        `json:"emailNotificationTypes"`
	Achievements                    []struct{}      `json:"achievements"`
	LoggedInDays                    int             `json:"loggedInDays"`
	Policies                        Policies        `json:"policies"`
}

// MeSecrets is what only a native token may read.
type MeSecrets struct {
	Email            *string    `json:"email"`
	EmailVerified    bool       `json:"emailVerified"`
	SecurityKeysList []struct{} `json:"securityKeysList"`
}

// MeExtras is what PackMe needs beyond the user's row. The zero value is that
// of an account to which nothing has happened, but Policies has to be set.
type MeExtras struct {
	Policies                 Policies
	UnreadNotifications      int
	HasUnreadMentions        bool
	HasUnreadSpecifiedNotes  bool
	HasUnreadAntenna         bool
	HasUnreadChannel         bool
	HasPendingFollowRequests bool
	UnreadAnnouncements      []Announcement
	PinnedNotes              []Note
	LoggedInDays             int
	Secrets                  bool   // asked with a native token
	Token                    string // only for the answer of a sign-up
}

// PackMe packs a user for themself.
func (p Packer) PackMe(u *store.User, extras MeExtras) MeDetailed {
	s := &u.Settings
	me := MeDetailed{
		UserLite:    p.PackUserLite(u),
		UserProfile: p.packProfile(u),
		MeProfile: MeProfile{
			AvatarID:                        orNull(u.AvatarID),
			BannerID:                        orNull(u.BannerID),
			FollowedMessage:                 orNull(s.FollowedMessage),
			IsModerator:                     u.IsModerator || u.IsAdmin,
			IsAdmin:                         u.IsAdmin,
			InjectFeaturedNote:              s.InjectFeaturedNote,
			ReceiveAnnouncementEmail:        s.ReceiveAnnouncementEmail,
			AlwaysMarkNsfw:                  s.AlwaysMarkNsfw,
			AutoSensitive:                   s.AutoSensitive,
			CarefulBot:                      s.CarefulBot,
			AutoAcceptFollowed:              s.AutoAcceptFollowed,
			NoCrawle:                        s.NoCrawle,
			PreventAiLearning:               s.PreventAiLearning,
			IsExplorable:                    s.IsExplorable,
			IsDeleted:                       u.IsDeleted,
			TwoFactorBackupCodesStock:       "none",
			HideOnlineStatus:                s.HideOnlineStatus,
			HasUnreadSpecifiedNotes:         extras.HasUnreadSpecifiedNotes,
			HasUnreadMentions:               extras.HasUnreadMentions,
			HasUnreadAnnouncement:           len(extras.UnreadAnnouncements) > 0,
			UnreadAnnouncements:             orEmpty(extras.UnreadAnnouncements),
			HasUnreadAntenna:                extras.HasUnreadAntenna,
			HasUnreadChannel:                extras.HasUnreadChannel,
			HasUnreadNotification:           extras.UnreadNotifications > 0,
			HasPendingReceivedFollowRequest: extras.HasPendingFollowRequests,
			UnreadNotificationsCount:        extras.UnreadNotifications,
			MutedWords:                      orJSON(s.MutedWords, "[]"),
			HardMutedWords:                  orJSON(s.HardMutedWords, "[]"),
			MutedInstances:                  orEmpty(s.MutedInstances),
			MutingNotificationTypes:         []string{},
			NotificationRecieveConfig:       orJSON(s.NotificationConfig, "{}"),
			EmailNotificationTypes:          orEmpty(s.EmailNotificationTypes),
			Achievements:                    []struct{}{},
			LoggedInDays:                    extras.LoggedInDays,
			Policies:                        extras.Policies,
		},
		Token: extras.Token,
	}
	me.PinnedNotes = orEmpty(extras.PinnedNotes)
	if extras.Secrets {
		me.MeSecrets = &MeSecrets{SecurityKeysList: []struct{}{}}
	}
	return me
}

// orJSON is def if there is no JSON.
func orJSON(raw json.RawMessage, def string) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage(def)
	}
	return raw
}

// Policies is what a user may do and how much of it.
type Policies struct {
	GtlAvailable               bool `json:"gtlAvailable"`
	LtlAvailable               bool `json:"ltlAvailable"`
	CanPublicNote              bool `json:"canPublicNote"`
	MentionLimit               int  `json:"mentionLimit"`
	CanInvite                  bool `json:"canInvite"`
	InviteLimit                int  `json:"inviteLimit"`
	InviteLimitCycle           int  `json:"inviteLimitCycle"` // minutes
	InviteExpirationTime       int  `json:"inviteExpirationTime"`
	CanManageCustomEmojis      bool `json:"canManageCustomEmojis"`
	CanManageAvatarDecorations bool `json:"canManageAvatarDecorations"`
	CanSearchNotes             bool `json:"canSearchNotes"`
	CanUseTranslator           bool `json:"canUseTranslator"`
	CanHideAds                 bool `json:"canHideAds"`
	DriveCapacityMb            int  `json:"driveCapacityMb"`
	AlwaysMarkNsfw             bool `json:"alwaysMarkNsfw"`
	CanUpdateBioMedia          bool `json:"canUpdateBioMedia"`
	PinLimit                   int  `json:"pinLimit"`
	AntennaLimit               int  `json:"antennaLimit"`
	WordMuteLimit              int  `json:"wordMuteLimit"` // characters
	WebhookLimit               int  `json:"webhookLimit"`
	ClipLimit                  int  `json:"clipLimit"`
	NoteEachClipsLimit         int  `json:"noteEachClipsLimit"`
	UserListLimit              int  `json:"userListLimit"`
	UserEachUserListsLimit     int  `json:"userEachUserListsLimit"`
	RateLimitFactor            int  `json:"rateLimitFactor"`
	AvatarDecorationLimit      int  `json:"avatarDecorationLimit"`
	CanImportAntennas          bool `json:"canImportAntennas"`
	CanImportBlocking          bool `json:"canImportBlocking"`
	CanImportFollowing         bool `json:"canImportFollowing"`
	CanImportMuting            bool `json:"canImportMuting"`
	CanImportUserLists         bool `json:"canImportUserLists"`
}

// DefaultPolicies is what Misskey 2024.10 gives to everybody.
func DefaultPolicies() Policies {
	return Policies{
		GtlAvailable:           true,
		LtlAvailable:           true,
		CanPublicNote:          true,
		MentionLimit:           20,
		InviteLimitCycle:       10080,
		CanUseTranslator:       true,
		DriveCapacityMb:        100,
		CanUpdateBioMedia:      true,
		PinLimit:               5,
		AntennaLimit:           5,
		WordMuteLimit:          200,
		WebhookLimit:           3,
		ClipLimit:              10,
		NoteEachClipsLimit:     200,
		UserListLimit:          10,
		UserEachUserListsLimit: 50,
		RateLimitFactor:        1,
		AvatarDecorationLimit:  1,
		CanImportAntennas:      true,
		CanImportBlocking:      true,
		CanImportFollowing:     true,
		CanImportMuting:        true,
		CanImportUserLists:     true,
	}
}
