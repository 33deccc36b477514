package protocol

import (
	"time"

	"notewire/store"
)

// UserLite is a user as notes carry them. It must not get the keys url,
// isFollowing or avatarId: misskey_dart tells the kinds of users apart by them.
type UserLite struct {
	ID                store.UserID      `json:"id"`
	Name              *string           `json:"name"`
	Username          string            `json:"username"`
	Host              *string           `json:"host"`
	AvatarURL         string            `json:"avatarUrl"` // never empty
	AvatarBlurhash    *string           `json:"avatarBlurhash"`
	AvatarDecorations []struct{}        `json:"avatarDecorations"` // always empty
	IsBot             bool              `json:"isBot"`
	IsCat             bool              `json:"isCat"`
	Emojis            map[string]string `json:"emojis"` // always empty
	OnlineStatus      OnlineStatus      `json:"onlineStatus"`
	BadgeRoles        []struct{}        `json:"badgeRoles,omitzero"` // of local users, empty
}

// OnlineStatus is how lately a user was seen.
type OnlineStatus string

// The online statuses.
const (
	StatusOnline  OnlineStatus = "online"  // within ten minutes
	StatusActive  OnlineStatus = "active"  // within three days
	StatusOffline OnlineStatus = "offline" // longer ago
	StatusUnknown OnlineStatus = "unknown" // never seen, or does not want it known
)

const (
	onlineFor = 10 * time.Minute
	activeFor = 3 * 24 * time.Hour
)

func (p Packer) onlineStatus(u *store.User) OnlineStatus {
	if u.Settings.HideOnlineStatus || u.LastActiveAt.IsZero() {
		return StatusUnknown
	}
	switch ago := p.now().Sub(u.LastActiveAt); {
	case ago < onlineFor:
		return StatusOnline
	case ago < activeFor:
		return StatusActive
	default:
		return StatusOffline
	}
}

// PackUserLite packs a user as notes carry them.
func (p Packer) PackUserLite(u *store.User) UserLite {
	lite := UserLite{
		ID:                u.ID,
		Name:              orNull(u.Name),
		Username:          u.Username,
		Host:              orNull(u.Host),
		AvatarDecorations: []struct{}{},
		IsBot:             u.IsBot,
		IsCat:             u.IsCat,
		Emojis:            map[string]string{},
		OnlineStatus:      p.onlineStatus(u),
	}
	if u.AvatarURL != "" {
		lite.AvatarURL = p.FileURL(u.AvatarURL)
	} else {
		lite.AvatarURL = p.IdenticonURL(u)
	}
	if u.Local() {
		lite.BadgeRoles = []struct{}{}
	}
	return lite
}

// UserDetailed is a user as profiles show them to others. UserRelation is nil
// for an anonymous viewer.
type UserDetailed struct {
	UserLite
	UserProfile
	*UserRelation
}

// UserProfile is what UserDetailed and MeDetailed have beyond UserLite.
type UserProfile struct {
	URL                 *string              `json:"url"`
	URI                 *string              `json:"uri"`
	MovedTo             *string              `json:"movedTo"`
	AlsoKnownAs         []string             `json:"alsoKnownAs"` // always null
	CreatedAt           string               `json:"createdAt"`
	UpdatedAt           *string              `json:"updatedAt"`
	LastFetchedAt       *string              `json:"lastFetchedAt"`
	BannerURL           *string              `json:"bannerUrl"`
	BannerBlurhash      *string              `json:"bannerBlurhash"`
	IsLocked            bool                 `json:"isLocked"`
	IsSilenced          bool                 `json:"isSilenced"`
	IsSuspended         bool                 `json:"isSuspended"`
	Description         *string              `json:"description"`
	Location            *string              `json:"location"`
	Birthday            *string              `json:"birthday"` // YYYY-MM-DD
	Lang                *string              `json:"lang"`
	Fields              []store.ProfileField `json:"fields"`
	VerifiedLinks       []string             `json:"verifiedLinks"`
	FollowersCount      int                  `json:"followersCount"` // 0 where the viewer may not know
	FollowingCount      int                  `json:"followingCount"`
	NotesCount          int                  `json:"notesCount"`
	PinnedNoteIDs       []store.NoteID       `json:"pinnedNoteIds"`
	PinnedNotes         []Note               `json:"pinnedNotes"`
	PinnedPageID        *string              `json:"pinnedPageId"`
	PinnedPage          *struct{}            `json:"pinnedPage"`
	PublicReactions     bool                 `json:"publicReactions"`
	FollowersVisibility string               `json:"followersVisibility"`
	FollowingVisibility string               `json:"followingVisibility"`
	Roles               []struct{}           `json:"roles"`
	Memo                *string              `json:"memo"`
}

// UserRelation is how a logged-in viewer and the user stand.
type UserRelation struct {
	IsFollowing                    bool           `json:"isFollowing"`
	IsFollowed                     bool           `json:"isFollowed"`
	HasPendingFollowRequestFromYou bool           `json:"hasPendingFollowRequestFromYou"`
	HasPendingFollowRequestToYou   bool           `json:"hasPendingFollowRequestToYou"`
	IsBlocking                     bool           `json:"isBlocking"`
	IsBlocked                      bool           `json:"isBlocked"`
	IsMuted                        bool           `json:"isMuted"`
	IsRenoteMuted                  bool           `json:"isRenoteMuted"`
	Notify                         string         `json:"notify"` // normal or none
	WithReplies                    bool           `json:"withReplies"`
	FollowedMessage                OptionalString `json:"followedMessage,omitzero"` // only for followers
}

// The values of followersVisibility and followingVisibility.
const (
	countsPublic    = "public"
	countsFollowers = "followers"
)

// notifyNone is the notify of a follow that does not ask for notifications.
const notifyNone = "none"

// PackUserDetailed packs a profile for somebody else than its owner. A nil
// relation is an anonymous viewer's. PinnedNotes is empty; whoever has them
// sets it.
func (p Packer) PackUserDetailed(u *store.User, relation *store.RelationBetween) UserDetailed {
	d := UserDetailed{UserLite: p.PackUserLite(u), UserProfile: p.packProfile(u)}
	follows := relation != nil && relation.IsFollowing
	if !countVisible(u.Settings.FollowersVisibility, follows) {
		d.FollowersCount = 0
	}
	if !countVisible(u.Settings.FollowingVisibility, follows) {
		d.FollowingCount = 0
	}
	if relation == nil {
		return d
	}
	d.Memo = orNull(relation.MemoText)
	d.UserRelation = &UserRelation{
		IsFollowing:                    relation.IsFollowing,
		IsFollowed:                     relation.IsFollowed,
		HasPendingFollowRequestFromYou: relation.HasPendingFromYou,
		HasPendingFollowRequestToYou:   relation.HasPendingToYou,
		IsBlocking:                     relation.IsBlocking,
		IsBlocked:                      relation.IsBlocked,
		IsMuted:                        relation.IsMuted,
		IsRenoteMuted:                  relation.IsRenoteMuted,
		Notify:                         notifyNone,
		WithReplies:                    relation.IsFollowingWithReplies,
	}
	if f := relation.Following; f != nil {
		d.WithReplies = f.WithReplies
		if f.Notify != "" {
			d.Notify = f.Notify
		}
	}
	if relation.IsFollowing {
		d.UserRelation.FollowedMessage = PresentString(u.Settings.FollowedMessage)
	}
	return d
}

// countVisible says whether a viewer who follows the user (or does not) may
// know one of the counts. An unset visibility is public.
func countVisible(visibility string, follows bool) bool {
	switch visibility {
	case countsPublic, "":
		return true
	case countsFollowers:
		return follows
	default:
		return false
	}
}

func (p Packer) packProfile(u *store.User) UserProfile {
	s := &u.Settings
	profile := UserProfile{
		CreatedAt:           FormatTime(u.CreatedAt),
		UpdatedAt:           timeOrNull(u.UpdatedAt),
		IsLocked:            u.IsLocked,
		IsSuspended:         u.IsSuspended,
		Description:         orNull(s.Description),
		Location:            orNull(s.Location),
		Birthday:            orNull(s.Birthday),
		Lang:                orNull(s.Lang),
		Fields:              orEmpty(s.Fields),
		VerifiedLinks:       []string{},
		FollowersCount:      u.FollowersCount,
		FollowingCount:      u.FollowingCount,
		NotesCount:          u.NotesCount,
		PinnedNoteIDs:       orEmpty(s.PinnedNoteIDs),
		PinnedNotes:         []Note{},
		PublicReactions:     s.PublicReactions,
		FollowersVisibility: orElse(s.FollowersVisibility, countsPublic),
		FollowingVisibility: orElse(s.FollowingVisibility, countsPublic),
		Roles:               []struct{}{},
	}
	if u.BannerURL != "" {
		profile.BannerURL = orNull(p.FileURL(u.BannerURL))
	}
	return profile
}

// orElse is def for the empty string.
func orElse(s, def string) string {
	if s == "" {
		return def
	}
	return s
}
