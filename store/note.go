package store

import "time"

// Visibility is who may see a note.
type Visibility string

// The four visibilities, from wide to narrow.
const (
	Public    Visibility = "public"    // everyone, on every timeline
	Home      Visibility = "home"      // everyone, but only on home timelines
	Followers Visibility = "followers" // the author's followers
	Specified Visibility = "specified" // the users named in VisibleUserIDs
)

// Note is one post.
type Note struct {
	ID        NoteID
	CreatedAt time.Time
	UserID    UserID
	UserHost  string // the author's host; empty: local

	Text               *string // nil: none
	CW                 *string // nil: none
	Visibility         Visibility
	LocalOnly          bool
	ReactionAcceptance string // empty: null on the wire
	ChannelID          string // community channel; empty: none

	ReplyID      NoteID
	ReplyUserID  UserID
	RenoteID     NoteID
	RenoteUserID UserID
	ThreadID     NoteID // root of the conversation; the note's own id for a root

	Mentions       []UserID
	VisibleUserIDs []UserID
	FileIDs        []string
	Tags           []string // lower case, without '#'
	Emojis         []string // custom emoji names used in the text

	Reactions    map[string]int // reaction as stored ("👍", ":name@.:", ":name@host:") → count
	RenoteCount  int
	RepliesCount int

	Poll *Poll // nil: none

	URI, URL string // remote notes only
}

// Poll is a note's poll.
type Poll struct {
	Choices   []string
	Votes     []int // one count per choice
	Multiple  bool
	ExpiresAt time.Time // zero: never
}

// IsRenote says whether the note renotes another, with or without content of
// its own.
func (n *Note) IsRenote() bool { return n.RenoteID != "" }

// IsPureRenote says whether the note is a renote and nothing else: no text,
// cw, file, poll and no reply.
func (n *Note) IsPureRenote() bool {
	return n.RenoteID != "" && n.Text == nil && n.CW == nil && len(n.FileIDs) == 0 && n.Poll == nil && n.ReplyID == ""
}

// ReactionCount is the number of all reactions.
func (n *Note) ReactionCount() int {
	sum := 0
	for _, c := range n.Reactions {
		sum += c
	}
	return sum
}

// VoteCount is the number of all votes in the note's poll; 0 without a poll.
func (n *Note) VoteCount() int {
	if n.Poll == nil {
		return 0
	}
	sum := 0
	for _, c := range n.Poll.Votes {
		sum += c
	}
	return sum
}

// IsQuote says whether the note is a renote with content of its own.
func (n *Note) IsQuote() bool { return n.RenoteID != "" && !n.IsPureRenote() }

// Audience is what decides who may see a note. Events about a note carry it,
// so that the decision needs no query.
type Audience struct {
	UserID         UserID     `json:"userId"`
	Visibility     Visibility `json:"visibility"`
	VisibleUserIDs []UserID   `json:"visibleUserIds,omitempty"`
	Mentions       []UserID   `json:"mentions,omitempty"`
	ReplyUserID    UserID     `json:"replyUserId,omitempty"` // author of the note that it replies to
}

// Audience is who may see the note.
func (n *Note) Audience() Audience {
	return Audience{
		UserID:         n.UserID,
		Visibility:     n.Visibility,
		VisibleUserIDs: n.VisibleUserIDs,
		Mentions:       n.Mentions,
		ReplyUserID:    n.ReplyUserID,
	}
}

// NoteFacts is what the rules of delivery need to know of a note and of the
// notes embedded in it. It travels beside the packed note in the event log.
// Nil Reply or Renote with a ReplyID or RenoteID means: not embedded.
type NoteFacts struct {
	Audience
	ID        NoteID `json:"id"`
	UserHost  string `json:"userHost,omitempty"`
	ChannelID string `json:"channelId,omitempty"`
	LocalOnly bool   `json:"localOnly,omitempty"`
	HasText   bool   `json:"hasText,omitempty"` // text, cw or poll: content of its own besides files
	HasFiles  bool   `json:"hasFiles,omitempty"`
	// ReactionCount is how many reactions the note had; it spares a query for
	// the viewers' own where there are none.
	ReactionCount int `json:"reactionCount,omitempty"`
	// VoteCount is how many votes the note's poll had, likewise.
	VoteCount int        `json:"voteCount,omitempty"`
	Tags      []string   `json:"tags,omitempty"`
	ReplyID   NoteID     `json:"replyId,omitempty"`
	RenoteID  NoteID     `json:"renoteId,omitempty"`
	Reply     *NoteFacts `json:"reply,omitempty"`
	Renote    *NoteFacts `json:"renote,omitempty"`

	// What follows may change while the note stays as it is, so the event log does
	// not keep it: whoever needs it fills it in.

	// BySuspended says that the note's author is suspended. NoteBundle.Facts and
	// MarkSuspended fill it in.
	BySuspended bool `json:"-"`
	// InSensitiveChannel says that the note's community channel is sensitive.
	// NoteBundle.Facts fills it in.
	InSensitiveChannel bool `json:"-"`
}

// IsPureRenote is Note.IsPureRenote, known from facts.
func (f *NoteFacts) IsPureRenote() bool {
	return f.RenoteID != "" && !f.HasText && !f.HasFiles && f.ReplyID == ""
}

// Authors are who wrote the note and the embedded ones, and whom they answer:
// everybody whom the rules ask about. Some may be named twice.
func (f *NoteFacts) Authors() []UserID {
	if f == nil {
		return nil
	}
	ids := []UserID{f.UserID}
	if f.ReplyUserID != "" {
		ids = append(ids, f.ReplyUserID)
	}
	return append(append(ids, f.Reply.Authors()...), f.Renote.Authors()...)
}

// MarkSuspended sets BySuspended of the note and of all embedded ones, as far as
// suspended says so of their authors. It takes no mark away.
func (f *NoteFacts) MarkSuspended(suspended func(UserID) bool) {
	if f == nil {
		return
	}
	f.BySuspended = f.BySuspended || suspended(f.UserID)
	f.Reply.MarkSuspended(suspended)
	f.Renote.MarkSuspended(suspended)
}

// Facts derives the facts of one note without embedded ones.
func (n *Note) Facts() *NoteFacts {
	return &NoteFacts{
		Audience:      n.Audience(),
		ID:            n.ID,
		UserHost:      n.UserHost,
		ChannelID:     n.ChannelID,
		LocalOnly:     n.LocalOnly,
		HasText:       n.Text != nil || n.CW != nil || n.Poll != nil,
		HasFiles:      len(n.FileIDs) > 0,
		ReactionCount: n.ReactionCount(),
		VoteCount:     n.VoteCount(),
		Tags:          n.Tags,
		ReplyID:       n.ReplyID,
		RenoteID:      n.RenoteID,
	}
}

// NoteBundle is a note with everything that packing it needs. What it embeds
// follows docs/protocol.md, "Embedding": a note carries its Reply (without that
// one's own reply and renote) and its Renote (with that one's Reply and one
// further Renote).
type NoteBundle struct {
	Note    *Note
	User    *User
	Files   []*File // in the order of Note.FileIDs; deleted files are left out
	Channel *CommunityChannel
	Reply   *NoteBundle
	Renote  *NoteBundle
	// ReactionEmojis maps the names of remote custom emojis used in reactions
	// ("name@host") to their URLs. Local ones are left out, as in Misskey.
	ReactionEmojis map[string]string
	// Of the viewer that the bundle was loaded for; empty for none.
	MyReaction string
	MyVotes    []int // choices that the viewer voted for
}

// Facts derives the facts of the note and of all embedded ones.
func (b *NoteBundle) Facts() *NoteFacts {
	f := b.Note.Facts()
	f.BySuspended = b.User != nil && b.User.IsSuspended
	f.InSensitiveChannel = b.Channel != nil && b.Channel.IsSensitive
	if b.Reply != nil {
		f.Reply = b.Reply.Facts()
	}
	if b.Renote != nil {
		f.Renote = b.Renote.Facts()
	}
	return f
}

// Participation is what one user did with a note. The zero value is nothing.
type Participation struct {
	Reaction string // as stored; empty: none
	Votes    []int  // the choices of its poll that they voted for, from 0, ascending
}

// Reaction is one user's reaction to a note. A user has at most one per note.
type Reaction struct {
	ID        string
	NoteID    NoteID
	UserID    UserID
	Reaction  string
	CreatedAt time.Time
}

// CommunityChannel is a Misskey channel: a topic that notes can be posted to.
// (A channel of the streaming protocol is something else: package channel.)
type CommunityChannel struct {
	ID                  string
	CreatedAt           time.Time
	LastNotedAt         time.Time // zero: never
	UserID              UserID    // owner; empty: none
	Name                string
	Description         string // empty: null on the wire
	BannerID            string
	BannerURL           string
	PinnedNoteIDs       []NoteID
	Color               string // "#86b300" by default
	IsArchived          bool
	IsSensitive         bool
	AllowRenoteToExtern bool
	UsersCount          int
	NotesCount          int
}

// File is a file of the drive.
type File struct {
	ID          string
	CreatedAt   time.Time
	UserID      UserID
	Name        string
	Type        string // MIME type, sniffed
	MD5         string // hex
	Size        int64  // bytes
	IsSensitive bool
	Comment     string // empty: null on the wire
	FolderID    string // empty: the root
	Width       int    // pixels; 0: unknown
	Height      int
	Blurhash    string // empty: null on the wire
	Key         string // name under the file store; part of the URL, not guessable
}

// Emoji is a custom emoji of this server (Host empty) or of another.
type Emoji struct {
	ID          string
	Name        string
	Host        string
	Category    string
	Aliases     []string
	URL         string
	License     string
	IsSensitive bool
	LocalOnly   bool
	UpdatedAt   time.Time
}
