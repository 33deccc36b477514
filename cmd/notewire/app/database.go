package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"notewire/api/streaming"
	"notewire/store"
	"notewire/store/feed"
	"notewire/store/postgres"
	"notewire/store/relational"
	"notewire/store/sqlite"
)

// engine is what the engines have in common.
type engine interface {
	feed.Source
	InTx(ctx context.Context, do func(ctx context.Context, tx *relational.Tx) error) error
	OnCommit(wake func())
	Migrate(ctx context.Context) error
	Version(ctx context.Context) (have, want int64, err error)
	Prune(ctx context.Context, olderThan time.Duration, batch int) (int64, error)
	Close() error
}

var (
	_ engine = (*sqlite.DB)(nil)
	_ engine = (*postgres.DB)(nil)
)

// streamReads is what /streaming reads, over connections that nothing else uses.
type streamReads interface {
	streaming.EventLog
	streaming.ParticipationLoader
	streaming.SuspensionLoader
	AccessByTokenHash(ctx context.Context, hash store.TokenHash) (*store.Access, error)
	AccessesByTokenHash(ctx context.Context, hashes []store.TokenHash, found func(store.TokenHash, *store.Access, error)) error
	EntryByTokenHash(ctx context.Context, hash store.TokenHash) (*store.Entry, error)
	EntriesByTokenHash(ctx context.Context, hashes []store.TokenHash, found func(store.TokenHash, *store.Entry, error)) error
	RelationLists(ctx context.Context, user store.UserID) (*store.RelationLists, error)
	RelationListsOf(ctx context.Context, users []store.UserID, found func(store.UserID, *store.RelationLists, error)) error
}

// waker wakes the reader of the event log when other processes have committed
// events, and wakes theirs when this process has.
type waker interface {
	Run(ctx context.Context) error
}

// Database is an open database, its queries, and how a reader of its log is
// woken. It may be used from any goroutine until Close.
type Database struct {
	engine   engine
	queries  *relational.DB
	streams  streamReads
	newWaker func(wake, recheck func()) waker
	// idle says of a database in this process whether a read for /streaming could
	// begin at once; nil for others.
	idle func() bool
}

// Queries are the reads and transactions of the database.
func (d *Database) Queries() *relational.DB { return d.queries }

// EventLog is the log of events.
func (d *Database) EventLog() feed.Source { return d.engine }

// IDs answers a generator of the database's kind of ids, and fixes the kind if
// that is not done yet. If another is asked for than the database has, the error
// is store.ErrOtherIDs and says what to do; empty asks for none.
func (d *Database) IDs(ctx context.Context, asked store.IDKind) (*store.IDs, error) {
	kind, err := d.queries.SettleIDs(ctx, asked)
	if errors.Is(err, store.ErrOtherIDs) {
		return nil, fmt.Errorf("%w; leave --ids out, or begin with an empty database", err)
	}
	if err != nil {
		return nil, err
	}
	return store.NewIDs(kind), nil
}

// Migrate brings the database to this program's schema.
func (d *Database) Migrate(ctx context.Context) error { return d.engine.Migrate(ctx) }

// Version answers which schema the database has, and which this program wants.
func (d *Database) Version(ctx context.Context) (have, want int64, err error) {
	return d.engine.Version(ctx)
}

// Close closes the database. Closing it again does nothing.
func (d *Database) Close() error { return d.engine.Close() }

// OpenDatabase opens a database without migrating it. A URL that names no engine
// is a SettingError.
func OpenDatabase(ctx context.Context, cfg DatabaseConfig, log *slog.Logger) (*Database, error) {
	fill(&cfg.URL, Default().Database.URL)
	fill(&cfg.MaxConns, Default().Database.MaxConns)
	fill(&cfg.StreamConns, Default().Database.StreamConns)
	scheme, rest, _ := strings.Cut(cfg.URL, ":")
	switch scheme {
	case "sqlite":
		return openSQLite(ctx, strings.TrimPrefix(rest, "//"), cfg, log)
	case "postgres", "postgresql":
		return openPostgres(ctx, cfg, log)
	default:
		return nil, refuse("database", "is neither sqlite:FILE nor postgres://…")
	}
}

func openSQLite(ctx context.Context, path string, cfg DatabaseConfig, log *slog.Logger) (*Database, error) {
	if path == "" {
		return nil, refuse("database", "sqlite: needs a file, for example sqlite:notewire.db")
	}
	db, err := sqlite.Open(ctx, path, sqlite.Options{MustExist: cfg.MustExist, Logger: log})
	if err != nil {
		return nil, err
	}
	streams := db.StreamReads()
	return &Database{engine: db, queries: db.DB, streams: streams, idle: streams.Idle, newWaker: func(wake, recheck func()) waker {
		db.OnCommit(wake)
		return db.NewWakes(sqlite.WakesConfig{Wake: wake, Recheck: recheck})
	}}, nil
}

func openPostgres(ctx context.Context, cfg DatabaseConfig, log *slog.Logger) (*Database, error) {
	db, err := postgres.Open(ctx, cfg.URL, postgres.Options{
		MaxConns: cfg.MaxConns, StreamConns: cfg.StreamConns, ListenURL: cfg.ListenURL, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	return &Database{engine: db, queries: db.DB, streams: db.StreamReads(), newWaker: func(wake, recheck func()) waker {
		w := db.NewWakes(postgres.WakesConfig{Wake: wake, Recheck: recheck})
		db.OnCommit(func() { wake(); w.Notify() })
		return w
	}}, nil
}

// OpenMigrated opens the database and brings it to this program's schema.
func OpenMigrated(ctx context.Context, cfg DatabaseConfig, log *slog.Logger) (*Database, error) {
	db, err := OpenDatabase(ctx, cfg, log)
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx); err != nil {
		_ = db.Close() // the first error tells more
		return nil, err
	}
	return db, nil
}
