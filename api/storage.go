package api

import (
	"context"
	"time"

	"notewire/store"
)

// Storage is the database as this package needs it. It reads outside of
// transactions and runs transactions; cmd/notewire adapts the engine to it.
//
// The interfaces below are grouped by subject. An endpoint's logic asks for
// the smallest that does; Storage and Tx only gather them. Every method
// answers store.ErrNotFound where the row is not there, and store.ErrConflict
// where a unique one is there already.
type Storage interface {
	Reader
	// Ping asks the database for a sign of life.
	Ping(ctx context.Context) error
	// InTx runs do in one transaction, again if it lost against another one,
	// and commits if do answers nil.
	InTx(ctx context.Context, do func(ctx context.Context, tx Tx) error) error
}

// Reader is everything that only reads.
type Reader interface {
	notificationReader
	tokenReader
}

// Tx is a transaction: what reads and what writes.
type Tx interface {
	Reader
	eventWriter
	tokenWriter
	notificationWriter
}

type tokenReader interface {
	// IdentityByToken finds the account and the token that a hash belongs to.
	IdentityByToken(ctx context.Context, hash store.TokenHash) (*store.Identity, error)
}

type notificationReader interface {
	// ReadThrough is the newest notification that a user has read; empty: none.
	ReadThrough(ctx context.Context, user store.UserID) (string, error)
}

type eventWriter interface {
	// AppendEvents adds events to the log; they are written when the
	// transaction commits, after everything else.
	AppendEvents(ctx context.Context, events ...store.NewEvent) error
}

type tokenWriter interface {
	// TouchToken notes that a token was used.
	TouchToken(ctx context.Context, id string, at time.Time) error
}

type notificationWriter interface {
	InsertNotification(ctx context.Context, n *store.Notification) error
}
