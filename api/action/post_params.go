package action

import (
	"context"
	"notewire/store"
	"time"
	"unicode/utf8"
)

// MaxNoteTextLength is how long the text of a note may be, in code points:
// Misskey's default. Clients read it from meta.
const MaxNoteTextLength = 3000

// How many choices a poll has.
const (
	MinPollChoices = 2
	MaxPollChoices = 10
)

// PostParams are what a note is made of. Zero values mean that there is none.
type PostParams struct {
	Text               *string // nil: none
	CW                 *string // nil: none
	Visibility         store.Visibility
	VisibleUserIDs     []store.UserID // for store.Specified
	LocalOnly          bool
	ReactionAcceptance string // as store.Note has it
	ReplyID            store.NoteID
	RenoteID           store.NoteID
	ChannelID          string   // a community channel
	FileIDs            []string // of the author's drive
	Poll               *PollParams

	// What is not looked for in the texts.
	NoMentions, NoHashtags, NoEmojis bool
}

// PollParams are what a poll is made of.
type PollParams struct {
	Choices   []string
	Multiple  bool      // several choices may be voted for
	ExpiresAt time.Time // zero: never
}

// check refuses what no note may be, whatever protocol it came by.
func (p *post) check(context.Context) error {
	in := &p.params
	switch in.Visibility {
	case store.Public, store.Home, store.Followers, store.Specified:
	default:
		return ErrUnknownVisibility
	}
	if in.Text != nil && utf8.RuneCountInString(*in.Text) > MaxNoteTextLength {
		return ErrTextTooLong
	}
	if in.Text == nil && in.RenoteID == "" && len(in.FileIDs) == 0 && in.Poll == nil {
		return ErrNothingToPost
	}
	if in.Poll == nil {
		return nil
	}
	seen := map[string]bool{"": true}
	for _, choice := range in.Poll.Choices {
		if seen[choice] {
			return ErrBadPoll
		}
		seen[choice] = true
	}
	if n := len(in.Poll.Choices); n < MinPollChoices || n > MaxPollChoices {
		return ErrBadPoll
	}
	return nil
}
