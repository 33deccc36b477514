package protocol

import (
	"strings"
	"time"

	"notewire/store"
)

// The bodies of noteUpdated frames, which say what happened to a note.
type (
	// Reacted is the body of store.NoteReacted.
	Reacted struct {
		Reaction string         `json:"reaction"`
		Emoji    *ReactionEmoji `json:"emoji"` // null unless it is a custom emoji
		UserID   store.UserID   `json:"userId"`
	}
	// ReactionEmoji is the custom emoji of a reaction.
	ReactionEmoji struct {
		Name string `json:"name"` // with the host: "name@." for a local one
		URL  string `json:"url"`
	}
	// Unreacted is the body of store.NoteUnreacted.
	Unreacted struct {
		Reaction string       `json:"reaction"`
		UserID   store.UserID `json:"userId"`
	}
	// PollVoted is the body of store.NotePollVoted.
	PollVoted struct {
		Choice int          `json:"choice"` // from 0
		UserID store.UserID `json:"userId"`
	}
	// Deleted is the body of store.NoteDeleted.
	Deleted struct {
		DeletedAt string `json:"deletedAt"`
	}
)

// PackReacted packs a reaction ("👍", ":name@.:"). The URL is that of its
// custom emoji, empty for one that is not custom.
func (p Packer) PackReacted(reaction string, user store.UserID, url string) Reacted {
	body := Reacted{Reaction: reaction, UserID: user}
	if url != "" {
		body.Emoji = &ReactionEmoji{Name: strings.Trim(reaction, ":"), URL: p.FileURL(url)}
	}
	return body
}

// PackDeleted packs a deletion.
func PackDeleted(at time.Time) Deleted { return Deleted{DeletedAt: FormatTime(at)} }

// NoteReaction is one user's reaction, as notes/reactions lists it.
type NoteReaction struct {
	ID        string   `json:"id"`
	CreatedAt string   `json:"createdAt"`
	User      UserLite `json:"user"`
	Type      string   `json:"type"` // the reaction
}

// PackReaction packs a reaction with its user.
func (p Packer) PackReaction(r *store.Reaction, user *store.User) NoteReaction {
	return NoteReaction{ID: r.ID, CreatedAt: FormatTime(r.CreatedAt), User: p.PackUserLite(user), Type: r.Reaction}
}
