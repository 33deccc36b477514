package protocol

import "notewire/store"

// Channel is a community channel. (A channel of the streaming protocol is
// something else: see Connect.)
type Channel struct {
	ID                    string         `json:"id"`
	CreatedAt             string         `json:"createdAt"`
	LastNotedAt           *string        `json:"lastNotedAt"`
	Name                  string         `json:"name"`
	Description           *string        `json:"description"`
	UserID                *store.UserID  `json:"userId"`
	BannerURL             *string        `json:"bannerUrl"`
	PinnedNoteIDs         []store.NoteID `json:"pinnedNoteIds"`
	Color                 string         `json:"color"`
	IsArchived            bool           `json:"isArchived"`
	UsersCount            int            `json:"usersCount"`
	NotesCount            int            `json:"notesCount"`
	IsSensitive           bool           `json:"isSensitive"`
	AllowRenoteToExternal bool           `json:"allowRenoteToExternal"`
	// The next two are there for logged-in viewers only.
	IsFollowing *bool  `json:"isFollowing,omitempty"`
	IsFavorited *bool  `json:"isFavorited,omitempty"`
	PinnedNotes []Note `json:"pinnedNotes,omitzero"`
}

// PackChannel packs a community channel. following is whether the viewer
// follows it; nil for an anonymous one.
func (p Packer) PackChannel(c *store.CommunityChannel, following *bool) Channel {
	out := Channel{
		ID:                    c.ID,
		CreatedAt:             FormatTime(c.CreatedAt),
		LastNotedAt:           timeOrNull(c.LastNotedAt),
		Name:                  c.Name,
		Description:           orNull(c.Description),
		UserID:                orNull(c.UserID),
		PinnedNoteIDs:         orEmpty(c.PinnedNoteIDs),
		Color:                 c.Color,
		IsArchived:            c.IsArchived,
		UsersCount:            c.UsersCount,
		NotesCount:            c.NotesCount,
		IsSensitive:           c.IsSensitive,
		AllowRenoteToExternal: c.AllowRenoteToExtern,
		IsFollowing:           following,
	}
	if c.BannerURL != "" {
		out.BannerURL = orNull(p.FileURL(c.BannerURL))
	}
	if following != nil {
		out.IsFavorited = new(bool)
	}
	return out
}

// Announcement is a message of the administrators.
type Announcement struct {
	ID                     string  `json:"id"`
	CreatedAt              string  `json:"createdAt"`
	UpdatedAt              *string `json:"updatedAt"`
	Title                  string  `json:"title"`
	Text                   string  `json:"text"`
	ImageURL               *string `json:"imageUrl"`
	Icon                   string  `json:"icon"`    // info, warning, error or success
	Display                string  `json:"display"` // dialog, normal or banner
	ForYou                 bool    `json:"forYou"`
	NeedConfirmationToRead bool    `json:"needConfirmationToRead"`
	Silence                bool    `json:"silence"`
	IsRead                 *bool   `json:"isRead,omitempty"` // for logged-in viewers only
}
