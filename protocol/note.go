package protocol

import "notewire/store"

// Note is a packed note, keys and their order as Misskey 2024.10 prints them.
// Keys that Misskey leaves out when there is nothing to say are left out.
type Note struct {
	ID                 store.NoteID     `json:"id"`
	CreatedAt          string           `json:"createdAt"` // ISO 8601 with milliseconds and Z
	UserID             store.UserID     `json:"userId"`
	User               UserLite         `json:"user"`
	Text               *string          `json:"text"`
	CW                 *string          `json:"cw"`
	Visibility         store.Visibility `json:"visibility"`
	LocalOnly          bool             `json:"localOnly"`
	ReactionAcceptance *string          `json:"reactionAcceptance"`
	// VisibleUserIDs is there for specified notes only, then also if empty.
	VisibleUserIDs []store.UserID    `json:"visibleUserIds,omitzero"`
	RenoteCount    int               `json:"renoteCount"`
	RepliesCount   int               `json:"repliesCount"`
	ReactionCount  int               `json:"reactionCount"`
	Reactions      map[string]int    `json:"reactions"`      // never nil
	ReactionEmojis map[string]string `json:"reactionEmojis"` // "name@host" → URL, remote ones only; never nil
	// ReactionAndUserPairCache is there in streamed notes only, and empty.
	ReactionAndUserPairCache []string          `json:"reactionAndUserPairCache,omitzero"`
	Emojis                   map[string]string `json:"emojis,omitzero"` // of remote notes
	Tags                     []string          `json:"tags,omitempty"`
	FileIDs                  []string          `json:"fileIds"` // never nil
	Files                    []DriveFile       `json:"files"`   // never nil
	ReplyID                  *store.NoteID     `json:"replyId"`
	RenoteID                 *store.NoteID     `json:"renoteId"`
	ChannelID                string            `json:"channelId,omitempty"`
	Channel                  *NoteChannel      `json:"channel,omitempty"`
	Mentions                 []store.UserID    `json:"mentions,omitempty"`
	URI                      string            `json:"uri,omitempty"`
	URL                      string            `json:"url,omitempty"`
	Poll                     *Poll             `json:"poll,omitempty"`
	ClippedCount             *int              `json:"clippedCount,omitempty"` // not in an embedded reply
	Reply                    *Note             `json:"reply,omitempty"`
	Renote                   *Note             `json:"renote,omitempty"`
	MyReaction               string            `json:"myReaction,omitempty"`
	IsHidden                 bool              `json:"isHidden,omitempty"`
}

// NoteChannel is the community channel of a note.
type NoteChannel struct {
	ID                    string        `json:"id"`
	Name                  string        `json:"name"`
	Color                 string        `json:"color"`
	IsSensitive           bool          `json:"isSensitive"`
	AllowRenoteToExternal bool          `json:"allowRenoteToExternal"`
	UserID                *store.UserID `json:"userId"`
}

// Poll is a note's poll.
type Poll struct {
	Multiple  bool         `json:"multiple"`
	ExpiresAt *string      `json:"expiresAt"` // null: never
	Choices   []PollChoice `json:"choices"`
}

// PollChoice is one choice of a poll.
type PollChoice struct {
	Text    string `json:"text"`
	Votes   int    `json:"votes"`
	IsVoted bool   `json:"isVoted"` // by the viewer that the note was loaded for
}

// Streamed is the note as the streaming API sends it: the note and all that
// it embeds have one key more than over HTTP.
func (n Note) Streamed() Note {
	n.ReactionAndUserPairCache = []string{}
	if n.Reply != nil {
		reply := n.Reply.Streamed()
		n.Reply = &reply
	}
	if n.Renote != nil {
		renote := n.Renote.Streamed()
		n.Renote = &renote
	}
	return n
}

// PackNote packs the note and what it embeds, with nothing hidden, in the
// form of HTTP answers; see Note.Streamed. The note embeds its reply (without
// that one's own) and its renote (with that one's reply and one further
// renote) even if the bundle has more. A note that would not fit is cut down;
// see MaxNoteSize.
func (p Packer) PackNote(b *store.NoteBundle) Note {
	n := p.packNote(b)
	n.Reply = p.packReply(b.Reply)
	if b.Renote != nil {
		renote := p.packNote(b.Renote)
		renote.Reply = p.packReply(b.Renote.Reply)
		if b.Renote.Renote != nil {
			inner := p.packNote(b.Renote.Renote)
			renote.Renote = &inner
		}
		n.Renote = &renote
	}
	cutToSize(&n)
	return n
}

// packReply packs an embedded reply, which Misskey prints with less detail. The
// viewer's own reaction stays, as in streamed notes.
func (p Packer) packReply(b *store.NoteBundle) *Note {
	if b == nil {
		return nil
	}
	n := p.packNote(b)
	n.ClippedCount = nil
	return &n
}

// packNote packs the note without embedded ones.
func (p Packer) packNote(b *store.NoteBundle) Note {
	src := b.Note
	n := Note{
		ID:                 src.ID,
		CreatedAt:          FormatTime(src.CreatedAt),
		UserID:             src.UserID,
		User:               p.PackUserLite(b.User),
		Text:               src.Text,
		CW:                 src.CW,
		Visibility:         src.Visibility,
		LocalOnly:          src.LocalOnly,
		ReactionAcceptance: orNull(src.ReactionAcceptance),
		RenoteCount:        src.RenoteCount,
		RepliesCount:       src.RepliesCount,
		ReactionCount:      src.ReactionCount(),
		Reactions:          orEmptyMap(src.Reactions),
		ReactionEmojis:     orEmptyMap(b.ReactionEmojis),
		Tags:               src.Tags,
		FileIDs:            orEmpty(src.FileIDs),
		Files:              make([]DriveFile, 0, len(b.Files)),
		ReplyID:            orNull(src.ReplyID),
		RenoteID:           orNull(src.RenoteID),
		ChannelID:          src.ChannelID,
		Mentions:           src.Mentions,
		URI:                src.URI,
		URL:                src.URL,
		ClippedCount:       new(int), // clips do not exist here
		MyReaction:         b.MyReaction,
	}
	if src.Visibility == store.Specified {
		n.VisibleUserIDs = orEmpty(src.VisibleUserIDs)
	}
	if src.UserHost != "" {
		n.Emojis = map[string]string{}
	}
	for _, f := range b.Files {
		n.Files = append(n.Files, p.PackFile(f))
	}
	if c := b.Channel; c != nil {
		n.Channel = &NoteChannel{
			ID:                    c.ID,
			Name:                  c.Name,
			Color:                 c.Color,
			IsSensitive:           c.IsSensitive,
			AllowRenoteToExternal: c.AllowRenoteToExtern,
			UserID:                orNull(c.UserID),
		}
	}
	if src.Poll != nil {
		n.Poll = packPoll(src.Poll, b.MyVotes)
	}
	return n
}

func packPoll(src *store.Poll, mine []int) *Poll {
	poll := &Poll{
		Multiple:  src.Multiple,
		ExpiresAt: timeOrNull(src.ExpiresAt),
		Choices:   make([]PollChoice, len(src.Choices)),
	}
	for i, text := range src.Choices {
		poll.Choices[i].Text = text
		if i < len(src.Votes) {
			poll.Choices[i].Votes = src.Votes[i]
		}
	}
	for _, i := range mine {
		if i >= 0 && i < len(poll.Choices) {
			poll.Choices[i].IsVoted = true
		}
	}
	return poll
}
