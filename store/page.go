package store

import "time"

// Page bounds a list that is sorted by id.
type Page struct {
	SinceID string // only greater ids; empty: no bound
	UntilID string // only smaller ids; empty: no bound
	Limit   int    // at most so many
}

// Ascending says in which order the list comes: the oldest first when only
// SinceID is given, else the newest first, as in Misskey.
func (p Page) Ascending() bool { return p.SinceID != "" && p.UntilID == "" }

// Within is the page with bounds from dates where it has none from ids. Zero
// times bound nothing.
func (p Page) Within(since, until time.Time) Page {
	if p.SinceID == "" && !since.IsZero() {
		p.SinceID = IDFloor(since)
	}
	if p.UntilID == "" && !until.IsZero() {
		p.UntilID = IDFloor(until)
	}
	return p
}

// NotePage bounds a list of notes.
type NotePage struct {
	Page
	WithFiles bool // only notes with files of their own
}

// UserNotePage bounds a list of one user's notes. Notes in sensitive community
// channels are listed for their author alone.
type UserNotePage struct {
	NotePage
	Viewer              UserID // only notes that they may see; empty: the anonymous viewer
	WithoutReplies      bool   // to others
	WithoutRenotes      bool   // pure ones
	WithoutChannelNotes bool   // those in community channels
}

// MentionPage bounds a list of the notes that mention somebody.
type MentionPage struct {
	Page
	Visibility Visibility // only of this one; empty: of any
	Following  bool       // only by authors whom the viewer follows, and by the viewer
}

// Stats counts what a server has.
type Stats struct {
	Users, LocalUsers int
	Notes, LocalNotes int
	Instances         int
	DriveUsage        int64 // bytes
}

// Vote is one user's vote for one choice of a note's poll.
type Vote struct {
	ID        string
	CreatedAt time.Time
	NoteID    NoteID
	UserID    UserID
	Choice    int // from 0
}

// ChannelFollow says that a user follows a community channel.
type ChannelFollow struct {
	ID        string
	CreatedAt time.Time
	UserID    UserID
	ChannelID string
}

// FileOrder is what the files of a drive are sorted by.
type FileOrder string

// The orders of files.
const (
	FilesByAge  FileOrder = "createdAt"
	FilesByName FileOrder = "name"
	FilesBySize FileOrder = "size"
)

// FilePage bounds a list of a drive's files.
type FilePage struct {
	Page
	Type   string    // only of this MIME type, or of this family ("image/*"); empty: of any
	Order  FileOrder // empty: as the Page has it
	Rising bool      // the smallest of the Order first
}
