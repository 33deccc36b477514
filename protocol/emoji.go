package protocol

import "notewire/store"

// EmojiSimple is a custom emoji as the list of all has it. What is not set is
// left out.
type EmojiSimple struct {
	Aliases     []string `json:"aliases"`
	Name        string   `json:"name"`
	Category    *string  `json:"category"`
	URL         string   `json:"url"`
	LocalOnly   bool     `json:"localOnly,omitempty"`
	IsSensitive bool     `json:"isSensitive,omitempty"`
}

// EmojiDetailed is a custom emoji with all that is known of it.
type EmojiDetailed struct {
	ID          string   `json:"id"`
	Aliases     []string `json:"aliases"`
	Name        string   `json:"name"`
	Category    *string  `json:"category"`
	Host        *string  `json:"host"`
	URL         string   `json:"url"`
	License     *string  `json:"license"`
	IsSensitive bool     `json:"isSensitive"`
	LocalOnly   bool     `json:"localOnly"`
	RoleIDs     []string `json:"roleIdsThatCanBeUsedThisEmojiAsReaction"` // always empty
}

// PackEmojiSimple packs an emoji for the list of all.
func (p Packer) PackEmojiSimple(e *store.Emoji) EmojiSimple {
	return EmojiSimple{
		Aliases:     orEmpty(e.Aliases),
		Name:        e.Name,
		Category:    orNull(e.Category),
		URL:         p.FileURL(e.URL),
		LocalOnly:   e.LocalOnly,
		IsSensitive: e.IsSensitive,
	}
}

// PackEmoji packs an emoji with everything.
func (p Packer) PackEmoji(e *store.Emoji) EmojiDetailed {
	return EmojiDetailed{
		ID:          e.ID,
		Aliases:     orEmpty(e.Aliases),
		Name:        e.Name,
		Category:    orNull(e.Category),
		Host:        orNull(e.Host),
		URL:         p.FileURL(e.URL),
		License:     orNull(e.License),
		IsSensitive: e.IsSensitive,
		LocalOnly:   e.LocalOnly,
		RoleIDs:     []string{},
	}
}

// The bodies of broadcasts.
type (
	// EmojiAdded is the body of emojiAdded.
	EmojiAdded struct {
		Emoji EmojiDetailed `json:"emoji"`
	}
	// EmojisChanged is the body of emojiUpdated and emojiDeleted.
	EmojisChanged struct {
		Emojis []EmojiDetailed `json:"emojis"`
	}
	// AnnouncementCreated is the body of announcementCreated.
	AnnouncementCreated struct {
		Announcement Announcement `json:"announcement"`
	}
)
