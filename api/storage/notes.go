package storage

import (
	"context"
	"time"

	"notewire/store"
)

// NotesReader reads single notes, what was done to them, and what belongs to them.
type NotesReader interface {
	Note(ctx context.Context, id store.NoteID) (*store.Note, error)
	// PureRenoteIDs are one user's pure renotes of a note, the oldest first.
	PureRenoteIDs(ctx context.Context, of store.NoteID, by store.UserID) ([]store.NoteID, error)
	// Reaction is a user's reaction to a note.
	Reaction(ctx context.Context, note store.NoteID, user store.UserID) (*store.Reaction, error)
	// Reactions are those to a note; reaction, if not empty, picks one kind.
	Reactions(ctx context.Context, note store.NoteID, reaction string, p store.Page) ([]*store.Reaction, error)
	// MyVotes and MyReactions are a user's for each of the notes.
	MyVotes(ctx context.Context, user store.UserID, notes []store.NoteID) (map[store.NoteID][]int, error)
	MyReactions(ctx context.Context, user store.UserID, notes []store.NoteID) (map[store.NoteID]string, error)
	// Files are in the order of ids; missing ones are left out.
	Files(ctx context.Context, ids []string) ([]*store.File, error)
	ListMembers(ctx context.Context, list string) ([]*store.ListMember, error)
	CommunityChannel(ctx context.Context, id string) (*store.CommunityChannel, error)
}

// PollReader is what the end of polls reads.
type PollReader interface {
	// NextPollEnd is which of all polls ends first whose end was not told, and
	// when; those of except do not count. Zero: none does.
	NextPollEnd(ctx context.Context, except []store.NoteID) (store.NoteID, time.Time, error)
	// VoterIDs are limit voters at most, in the order of ids, above after.
	VoterIDs(ctx context.Context, note store.NoteID, after store.UserID, limit int) ([]store.UserID, error)
}

// TimelineReader answers candidates: ids of notes, in the order of the page,
// some of which the viewer may not see or not want.
type TimelineReader interface {
	HomeIDs(ctx context.Context, viewer store.UserID, p store.NotePage) ([]store.NoteID, error)
	LocalIDs(ctx context.Context, p store.NotePage) ([]store.NoteID, error)
	HybridIDs(ctx context.Context, viewer store.UserID, p store.NotePage) ([]store.NoteID, error)
	GlobalIDs(ctx context.Context, p store.NotePage) ([]store.NoteID, error)
	// MentionIDs are notes that mention the viewer or name them as visible user.
	MentionIDs(ctx context.Context, viewer store.UserID, p store.MentionPage) ([]store.NoteID, error)
	UserNoteIDs(ctx context.Context, user store.UserID, p store.UserNotePage) ([]store.NoteID, error)
	ListNoteIDs(ctx context.Context, list string, p store.NotePage) ([]store.NoteID, error)
	ReplyIDs(ctx context.Context, note store.NoteID, p store.NotePage) ([]store.NoteID, error)
	RenoteIDs(ctx context.Context, note store.NoteID, p store.NotePage) ([]store.NoteID, error)
	// ChildIDs are replies and quotes.
	ChildIDs(ctx context.Context, note store.NoteID, p store.NotePage) ([]store.NoteID, error)
}

// NotesWriter keeps all counts itself.
type NotesWriter interface {
	// CreateNote answers store.ErrNotFound if what the note replies to or
	// renotes is gone.
	CreateNote(ctx context.Context, n *store.Note) error
	// DeleteNotes deletes notes and their pure renotes and answers all that it
	// deleted; store.ErrNotFound if there was nothing.
	DeleteNotes(ctx context.Context, ids ...store.NoteID) ([]*store.Note, error)
	CreateReaction(ctx context.Context, r *store.Reaction) error
	// DeleteReaction answers what it was.
	DeleteReaction(ctx context.Context, note store.NoteID, user store.UserID) (*store.Reaction, error)
	// CreateVote answers store.ErrConflict for a vote that may not be cast.
	CreateVote(ctx context.Context, v *store.Vote) error
	// LockPollEnd keeps others from telling of a poll's end at the same time;
	// false: there is nothing to tell any more.
	LockPollEnd(ctx context.Context, note store.NoteID) (bool, error)
	// EndPoll marks a poll's end as told.
	EndPoll(ctx context.Context, note store.NoteID) error
}
