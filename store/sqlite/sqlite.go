package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"notewire/store"
	"notewire/store/relational"
)

// Memory as a path is a database that is gone when it is closed. It is a file
// in the system's temporary folder, since several connections share it.
const Memory = ":memory:"

// Options tunes a DB. The zero value is what serves most.
type Options struct {
	// MustExist refuses to make a new database file.
	MustExist bool
	// Readers bounds the pool of reading connections. Default: twice the
	// processors, at least 4.
	Readers int
	// Logger hears of trouble in the background. Default: slog.Default().
	Logger *slog.Logger
}

// DB is a store on SQLite.
type DB struct {
	*relational.DB
	path    string
	options Options
	writer  *sql.DB // one connection, BEGIN IMMEDIATE
	readers *sql.DB // query_only
	scratch string  // folder to remove when closed; empty: none
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
	db := &DB{path: path, options: o}
	switch {
	case path == Memory:
		dir, err := os.MkdirTemp("", "notewire-")
		if err != nil {
			return nil, fmt.Errorf("making a place for the database: %w", err)
		}
		db.scratch, db.path = dir, filepath.Join(dir, "memory.db")
	case o.MustExist:
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("opening the database %s: %w", path, store.ErrNotFound)
		}
	}
	if err := db.open(ctx, ""); err != nil {
		_ = db.Close() // the first error tells more
		return nil, fmt.Errorf("opening the database %s: %w", path, err)
	}
	db.DB = relational.New(engine{db}, dialect{})
	return db, nil
}

// open connects the writer, which makes the file, and prepares the readers.
// Mode is SQLite's URI parameter; empty: read, write and create.
func (db *DB) open(ctx context.Context, mode string) error {
	var err error
	// The journal mode is a property of the file: the writer sets it first.
	if db.writer, err = connect(db.path, mode, "immediate", "journal_mode(WAL)", "foreign_keys(1)", "synchronous(NORMAL)"); err != nil {
		return err
	}
	db.writer.SetMaxOpenConns(1)
	// Taking the write lock once tells now whether the file can be written to.
	tx, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return translate(err)
	}
	if err := tx.Rollback(); err != nil {
		return translate(err)
	}
	if db.readers, err = connect(db.path, mode, "deferred", "query_only(1)"); err != nil {
		return err
	}
	db.readers.SetMaxOpenConns(db.options.Readers)
	db.readers.SetMaxIdleConns(db.options.Readers)
	return translate(db.readers.PingContext(ctx))
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
	for _, pool := range []*sql.DB{db.readers, db.writer} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	if db.scratch != "" {
		errs = append(errs, os.RemoveAll(db.scratch))
	}
	return errors.Join(errs...)
}
