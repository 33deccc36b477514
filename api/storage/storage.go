package storage

import (
	"context"
	"time"

	"notewire/store"
)

// Store is the database: it reads outside of transactions, and runs
// transactions.
type Store interface {
	Reader
	// InTx runs do in one transaction, again if it lost against another one,
	// and commits if do answers nil.
	InTx(ctx context.Context, do func(ctx context.Context, tx Tx) error) error
	// TouchToken notes when a token was last used.
	TouchToken(ctx context.Context, id string, at time.Time) error
}

// Reader is everything that only reads.
type Reader interface {
	PeopleReader
	PostReader
	ServerReader
}

// PeopleReader is about users and how they stand.
type PeopleReader interface {
	AccountReader
	FollowReader
	HidingReader
	ListReader
	NotificationReader
	RelationReader
	TokenReader
}

// PostReader is about what users post.
type PostReader interface {
	CommunityReader
	DriveReader
	FileReader
	BundleReader
	NotesReader
	PollReader
	TimelineReader
}

// ServerReader is about the server.
type ServerReader interface {
	EmojiReader
	StatsReader
}

// Tx is a transaction: what reads and what writes. Only the goroutine that got
// it may use it.
type Tx interface {
	Reader
	EventWriter
	PeopleWriter
	PostWriter
}

// PeopleWriter is about users and how they stand.
type PeopleWriter interface {
	AccountWriter
	FollowWriter
	HidingWriter
	ListWriter
	NotificationWriter
	TokenWriter
}

// PostWriter is about what users post.
type PostWriter interface {
	CommunityWriter
	DriveWriter
	NotesWriter
}

// AccountReader reads users.
type AccountReader interface {
	User(ctx context.Context, id store.UserID) (*store.User, error)
	// Users are in the order of ids; missing ones are left out.
	Users(ctx context.Context, ids []store.UserID) ([]*store.User, error)
	// UserByName finds without regard to case; host is empty for local users.
	UserByName(ctx context.Context, username, host string) (*store.User, error)
	// HasAdmin says whether the first local account was made, which is an
	// administrator.
	HasAdmin(ctx context.Context) (bool, error)
	// PasswordHash is empty for users who cannot sign in.
	PasswordHash(ctx context.Context, id store.UserID) (string, error)
}

// AccountWriter makes and changes users.
type AccountWriter interface {
	CreateUser(ctx context.Context, u *store.User, passwordHash string) error
	// UserForUpdate keeps others from changing the user until the end.
	UserForUpdate(ctx context.Context, id store.UserID) (*store.User, error)
	UpdateUser(ctx context.Context, u *store.User) error
	SetPasswordHash(ctx context.Context, id store.UserID, hash string) error
}

// EmojiReader reads custom emojis.
type EmojiReader interface {
	// Emojis are the custom emojis of a host; empty: this server's own.
	Emojis(ctx context.Context, host string) ([]*store.Emoji, error)
	EmojiByName(ctx context.Context, name, host string) (*store.Emoji, error)
}

// EventWriter tells what a transaction does.
type EventWriter interface {
	// AppendEvents adds events to the log; they are written when the
	// transaction commits, after everything else.
	AppendEvents(ctx context.Context, events ...store.NewEvent) error
}

// FileReader reads single files.
type FileReader interface {
	File(ctx context.Context, id string) (*store.File, error)
}

// BundleReader reads notes whole.
type BundleReader interface {
	// NoteBundles are the notes with what packing them for the viewer (empty:
	// anybody) needs, in the order of ids; missing ones are left out.
	NoteBundles(ctx context.Context, viewer store.UserID, ids []store.NoteID) ([]*store.NoteBundle, error)
}

// NotificationReader reads what users were notified of.
type NotificationReader interface {
	// Notifications are those of a user; nil types means all of them, else
	// only those.
	Notifications(ctx context.Context, user store.UserID, page store.Page, types []store.NotificationType) ([]*store.Notification, error)
	// UnreadNotifications counts those after the user's read mark, by type.
	UnreadNotifications(ctx context.Context, user store.UserID) (map[store.NotificationType]int, error)
	// Notified are those of the users who were told that of a note.
	Notified(ctx context.Context, note store.NoteID, typ store.NotificationType, users []store.UserID) ([]store.UserID, error)
}

// NotificationWriter notifies users.
type NotificationWriter interface {
	CreateNotification(ctx context.Context, n *store.Notification) error
	// ReadNotifications moves the read mark to the newest notification. It
	// answers whether anything was unread.
	ReadNotifications(ctx context.Context, user store.UserID) (bool, error)
}

// RelationReader reads how users stand to each other.
type RelationReader interface {
	// RelationsTo is what decides what is delivered to a user, as far as it is
	// about the others. It does not grow with whom the user follows.
	RelationsTo(ctx context.Context, user store.UserID, others []store.UserID) (*store.Relations, error)
	// RelationsBetween has one entry for each of others, in that order.
	RelationsBetween(ctx context.Context, viewer store.UserID, others []store.UserID) ([]*store.RelationBetween, error)
	HasFollowRequests(ctx context.Context, followee store.UserID) (bool, error)
}

// StatsReader counts what there is.
type StatsReader interface {
	Stats(ctx context.Context) (store.Stats, error)
}

// TokenReader reads access tokens.
type TokenReader interface {
	// IdentityByTokenHash is the account and the token that a hash belongs to.
	IdentityByTokenHash(ctx context.Context, hash store.TokenHash) (*store.Identity, error)
	// Tokens are all of a user's, the oldest first.
	Tokens(ctx context.Context, user store.UserID) ([]*store.AccessToken, error)
}

// TokenWriter makes and revokes access tokens.
type TokenWriter interface {
	CreateToken(ctx context.Context, t *store.AccessToken) error
	// DeleteTokens answers which of the user's tokens it revoked.
	DeleteTokens(ctx context.Context, user store.UserID, ids ...string) ([]string, error)
}
