package api

import (
	"context"
	"time"

	"notewire/store"
)

// notesReader is what the endpoints about notes read beside noteReader.
type notesReader interface {
	Note(ctx context.Context, id store.NoteID) (*store.Note, error)
	// PureRenoteIDs are one user's pure renotes of a note, the oldest first.
	PureRenoteIDs(ctx context.Context, of store.NoteID, by store.UserID) ([]store.NoteID, error)
	// Reaction is a user's reaction to a note.
	Reaction(ctx context.Context, note store.NoteID, user store.UserID) (*store.Reaction, error)
	// Reactions are those to a note; reaction, if not empty, picks one kind.
	Reactions(ctx context.Context, note store.NoteID, reaction string, p store.Page) ([]*store.Reaction, error)
	// NextPollEnd is when the first of all polls ends that TakeEndedPolls has not
	// answered; zero: none does.
	NextPollEnd(ctx context.Context) (time.Time, error)
	VoterIDs(ctx context.Context, note store.NoteID) ([]store.UserID, error)
	// Files are in the order of ids; missing ones are left out.
	Files(ctx context.Context, ids []string) ([]*store.File, error)
	ListMembers(ctx context.Context, list string) ([]*store.ListMember, error)
	CommunityChannel(ctx context.Context, id string) (*store.CommunityChannel, error)
}

// timelineReader answers candidates: ids of notes, in the order of the page,
// some of which the viewer may not see or not want.
type timelineReader interface {
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

// notesWriter keeps all counts itself.
type notesWriter interface {
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
	// TakeEndedPolls answers the notes whose polls ended by now, each once,
	// whichever node asks.
	TakeEndedPolls(ctx context.Context, now time.Time, limit int) ([]store.NoteID, error)
}
