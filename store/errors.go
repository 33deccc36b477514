package store

import "errors"

// The errors that storage engines answer with. Engines translate their
// driver's errors to these at their edge; anything else means that the
// operation failed for a reason that the caller cannot mend.
var (
	// ErrNotFound says that the row asked for does not exist.
	ErrNotFound = errors.New("not found")
	// ErrConflict says that a unique row exists already (a user name, a
	// reaction, a follow, …). Nothing was written.
	ErrConflict = errors.New("already exists")
	// ErrIDTaken says that another row has the id of one that was to be written:
	// two processes may make the same id in one millisecond. Nothing was
	// written. See WithFreshIDs.
	ErrIDTaken = errors.New("another row has the same id")
	// ErrBadText says that a text holds a NUL character, which PostgreSQL has no
	// place for; no engine takes it. Nothing was written.
	ErrBadText = errors.New("a text holds a NUL character")
	// ErrSchemaTooNew says that the database was migrated by a newer program.
	ErrSchemaTooNew = errors.New("the database was written by a newer version of notewire")
	// ErrReadOnly says that the database cannot be written to.
	ErrReadOnly = errors.New("the database is read-only")
	// ErrOtherIDs says that the database has ids of another kind than was asked
	// for.
	ErrOtherIDs = errors.New("the database keeps the kind of ids with which it was first started")
)
