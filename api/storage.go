package api

import (
	"context"
	"time"

	"notewire/store"
)

// Storage is the database as this package needs it. It reads outside of
// transactions and runs transactions; cmd/notewire/app adapts the engine to it.
//
// The interfaces below are grouped by subject. Logic that is shared asks for
// the smallest that does (packMe for a meReader, …); Storage, Reader and Tx only
// gather them. Every method answers store.ErrNotFound where the one row asked
// for is not there, and store.ErrConflict where a unique one is there already.
type Storage interface {
	Reader
	// InTx runs do in one transaction, again if it lost against another one,
	// and commits if do answers nil.
	InTx(ctx context.Context, do func(ctx context.Context, tx Tx) error) error
	// TouchToken notes when a token was last used.
	TouchToken(ctx context.Context, id string, at time.Time) error
}

// Reader is everything that only reads.
type Reader interface {
	peopleReader
	postReader
	serverReader
}

// peopleReader is about users and how they stand.
type peopleReader interface {
	accountReader
	followReader
	hidingReader
	listReader
	notificationReader
	relationReader
	tokenReader
}

// postReader is about what users post.
type postReader interface {
	communityReader
	driveReader
	fileReader
	noteReader
	notesReader
	pollReader
	timelineReader
}

// serverReader is about the server.
type serverReader interface {
	emojiReader
	statsReader
}

// Tx is a transaction: what reads and what writes. Only the goroutine that got
// it may use it.
type Tx interface {
	Reader
	eventWriter
	peopleWriter
	postWriter
}

// peopleWriter is about users and how they stand.
type peopleWriter interface {
	accountWriter
	followWriter
	hidingWriter
	listWriter
	notificationWriter
	tokenWriter
}

// postWriter is about what users post.
type postWriter interface {
	communityWriter
	driveWriter
	notesWriter
}

type accountReader interface {
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

type accountWriter interface {
	CreateUser(ctx context.Context, u *store.User, passwordHash string) error
	// UserForUpdate keeps others from changing the user until the end.
	UserForUpdate(ctx context.Context, id store.UserID) (*store.User, error)
	UpdateUser(ctx context.Context, u *store.User) error
	SetPasswordHash(ctx context.Context, id store.UserID, hash string) error
}

type emojiReader interface {
	// Emojis are the custom emojis of a host; empty: this server's own.
	Emojis(ctx context.Context, host string) ([]*store.Emoji, error)
	EmojiByName(ctx context.Context, name, host string) (*store.Emoji, error)
}

type eventWriter interface {
	// AppendEvents adds events to the log; they are written when the
	// transaction commits, after everything else.
	AppendEvents(ctx context.Context, events ...store.NewEvent) error
}

type fileReader interface {
	File(ctx context.Context, id string) (*store.File, error)
}

type noteReader interface {
	// NoteBundles are the notes with what packing them for the viewer (empty:
	// anybody) needs, in the order of ids; missing ones are left out.
	NoteBundles(ctx context.Context, viewer store.UserID, ids []store.NoteID) ([]*store.NoteBundle, error)
}

type notificationReader interface {
	// Notifications are those of a user; nil types means all of them, else
	// only those.
	Notifications(ctx context.Context, user store.UserID, page store.Page, types []store.NotificationType) ([]*store.Notification, error)
	// UnreadNotifications counts those after the user's read mark, by type.
	UnreadNotifications(ctx context.Context, user store.UserID) (map[store.NotificationType]int, error)
	// Notified are those of the users who were told that of a note.
	Notified(ctx context.Context, note store.NoteID, typ store.NotificationType, users []store.UserID) ([]store.UserID, error)
}

type notificationWriter interface {
	CreateNotification(ctx context.Context, n *store.Notification) error
	// ReadNotifications moves the read mark to the newest notification. It
	// answers whether anything was unread.
	ReadNotifications(ctx context.Context, user store.UserID) (bool, error)
}

type relationReader interface {
	// RelationsTo is what decides what is delivered to a user, as far as it is
	// about the others. It does not grow with whom the user follows.
	RelationsTo(ctx context.Context, user store.UserID, others []store.UserID) (*store.Relations, error)
	// RelationsBetween has one entry for each of others, in that order.
	RelationsBetween(ctx context.Context, viewer store.UserID, others []store.UserID) ([]*store.RelationBetween, error)
	HasFollowRequests(ctx context.Context, followee store.UserID) (bool, error)
}

type statsReader interface {
	Stats(ctx context.Context) (store.Stats, error)
}

type tokenReader interface {
	// IdentityByTokenHash is the account and the token that a hash belongs to.
	IdentityByTokenHash(ctx context.Context, hash store.TokenHash) (*store.Identity, error)
	// Tokens are all of a user's, the oldest first.
	Tokens(ctx context.Context, user store.UserID) ([]*store.AccessToken, error)
}

type tokenWriter interface {
	CreateToken(ctx context.Context, t *store.AccessToken) error
	// DeleteTokens answers which of the user's tokens it revoked.
	DeleteTokens(ctx context.Context, user store.UserID, ids ...string) ([]string, error)
}
