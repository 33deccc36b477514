package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"notewire/store"
	"notewire/store/relational"
)

// Memory as a path is a database that is gone when it is closed. It is a file
// in the system's temporary folder, since several connections share it.
const Memory = ":memory:"

// Options tunes a DB. The zero value has the defaults.
type Options struct {
	// MustExist refuses to make a new database file.
	MustExist bool
	// Readers bounds the pool of reading connections of the HTTP API. Default:
	// twice the processors, at least 4.
	Readers int
	// StreamReaders bounds the pool of StreamReads. Default: the processors, at
	// least 2.
	StreamReaders int
	// Logger is told of failures in the background. Default: slog.Default().
	Logger *slog.Logger
}

// feedReaders is one connection for the event log's reader and one that Wakes
// keeps.
const feedReaders = 2

// DB is a store on SQLite. As a feed.Source it is for one reader.
type DB struct {
	*relational.DB
	eventLog
	path    string
	options Options
	writer  *sql.DB // one connection, BEGIN IMMEDIATE
	scratch string  // folder to remove when closed; empty: none

	// Reading connections. Each kind of work has its own, so that slow work of
	// one kind cannot keep another from a connection.
	api    *reading // for the HTTP API
	stream *reading // for /streaming
	feed   *reading // for the event log's reader, and for Wakes
}

// Open opens the file, and makes it if it is not there (its folder has to be).
// It does not migrate: see Migrate. A file or folder that cannot be written to
// is store.ErrReadOnly.
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Readers <= 0 {
		o.Readers = max(4, 2*runtime.NumCPU())
	}
	if o.StreamReaders <= 0 {
		o.StreamReaders = max(2, runtime.NumCPU())
	}
	db := &DB{path: path, options: o}
	if path == Memory {
		dir, err := os.MkdirTemp("", "notewire-")
		if err != nil {
			return nil, fmt.Errorf("making a place for the database: %w", err)
		}
		db.scratch, db.path = dir, filepath.Join(dir, "memory.db")
	}
	err := ensureFile(db.path, o.MustExist)
	if err == nil {
		err = db.open(ctx, "")
	}
	if err != nil {
		_ = db.Close() // the first error tells more
		return nil, fmt.Errorf("opening the database %s: %w", path, err)
	}
	db.DB, db.eventLog = relational.New(engine{db}, dialect{}), eventLog{db.feed}
	return db, nil
}

// ensureFile makes the file if it is not there. SQLite would do so itself, but
// has one unhelpful error for all that can be wrong. A file that exists is not
// opened here: closing it would drop the locks that SQLite holds on it.
func ensureFile(path string, mustExist bool) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.Mode().IsRegular():
		return nil
	case err == nil:
		return errNotAFile
	case !errors.Is(err, fs.ErrNotExist):
		return reason(err)
	case mustExist:
		return fmt.Errorf("%w: there is no such file", store.ErrNotFound)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist): // another process was quicker
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: there is no folder %s", store.ErrNotFound, filepath.Dir(path))
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w: %w", store.ErrReadOnly, reason(err))
	case err != nil:
		return reason(err)
	}
	return f.Close()
}

// errNotAFile says that the path names something that cannot be a database.
var errNotAFile = errors.New("it is not a regular file")

// reason is an error of the operating system without the path, which is told
// already.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// StreamReads is what /streaming reads: the queries of a connect and of a
// delivery, and the event log for those who resume. It has connections of its
// own (Options.StreamReaders), so that slow queries of the HTTP API keep nobody
// from connecting, and delay no delivery. It is safe for concurrent use.
type StreamReads struct {
	relational.Queries
	eventLog
}

// StreamReads are the reads for /streaming.
func (db *DB) StreamReads() StreamReads {
	return StreamReads{relational.Reads(db.stream, dialect{}), eventLog{db.stream}}
}

// Idle says whether a read could begin at once.
func (r StreamReads) Idle() bool {
	s := r.conns.pool.Stats()
	return s.InUse < s.MaxOpenConnections
}

// open connects the writer, which makes the file, and prepares the readers.
// Mode is SQLite's URI parameter; empty: read, write and create.
func (db *DB) open(ctx context.Context, mode string) error {
	var err error
	if db.writer, err = connect(db.path, mode, "immediate", "foreign_keys(1)", "synchronous(NORMAL)"); err != nil {
		return err
	}
	db.writer.SetMaxOpenConns(1)
	if err := useWAL(ctx, db.writer); err != nil {
		return translate(err)
	}
	if err := probe(ctx, db.writer); err != nil {
		return translate(err)
	}
	for _, one := range []struct {
		readers **reading
		conns   int
	}{{&db.api, db.options.Readers}, {&db.stream, db.options.StreamReaders}, {&db.feed, feedReaders}} {
		pool, err := connect(db.path, mode, "deferred", "query_only(1)")
		if err != nil {
			return err
		}
		pool.SetMaxOpenConns(one.conns)
		pool.SetMaxIdleConns(one.conns)
		*one.readers = &reading{pool: pool, byText: map[string]*sql.Stmt{}}
	}
	return translate(db.api.pool.PingContext(ctx))
}

// walPatience is how long useWAL tries.
const walPatience = 10 * time.Second

// useWAL sets the journal mode, which is a property of the file. Of several
// processes that do it at once to a new file, SQLite refuses all but one as busy
// without waiting for the busy timeout, since each holds what the other one needs;
// so those try again.
func useWAL(ctx context.Context, writer *sql.DB) error {
	begun := time.Now()
	for {
		_, err := writer.ExecContext(ctx, "PRAGMA journal_mode = WAL")
		if err == nil || !(dialect{}).Retryable(err) || ctx.Err() != nil || time.Since(begun) > walPatience {
			return err
		}
		pause(ctx, time.Millisecond+rand.N(10*time.Millisecond)) //nolint:gosec // nobody gains by guessing a pause
	}
}

// probe finds out now whether the file can be written to: SQLite opens a
// protected one without a word, and even BEGIN IMMEDIATE succeeds on it.
func probe(ctx context.Context, writer *sql.DB) error {
	tx, err := writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "PRAGMA user_version = 1") // rolled back
	return errors.Join(err, tx.Rollback())
}

// connect prepares a pool. Nothing is opened until it is used.
func connect(path, mode, txlock string, pragmas ...string) (*sql.DB, error) {
	q := url.Values{"_txlock": {txlock}, "_pragma": append([]string{"busy_timeout(5000)"}, pragmas...)}
	if mode != "" {
		q.Set("mode", mode)
	}
	file := (&url.URL{Path: path}).EscapedPath()
	pool, err := sql.Open("sqlite", "file:"+file+"?"+q.Encode())
	if err != nil {
		return nil, translate(err)
	}
	return pool, nil
}

// Close ends all connections; it waits for those that are in use.
func (db *DB) Close() error {
	var errs []error
	for _, readers := range []*reading{db.feed, db.stream, db.api} {
		if readers != nil {
			errs = append(errs, readers.pool.Close())
		}
	}
	if db.writer != nil {
		errs = append(errs, db.writer.Close())
	}
	if db.scratch != "" {
		errs = append(errs, os.RemoveAll(db.scratch))
	}
	return errors.Join(errs...)
}
