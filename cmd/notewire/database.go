package main

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"notewire/store/feed"
	"notewire/store/postgres"
	"notewire/store/relational"
	"notewire/store/sqlite"
)

// database is the engine that --database names: what both have in common.
type database interface {
	feed.Source
	InTx(ctx context.Context, do func(ctx context.Context, tx *relational.Tx) error) error
	OnCommit(wake func())
	Migrate(ctx context.Context) error
	Version(ctx context.Context) (have, want int64, err error)
	EventFloor(ctx context.Context, through int64, n int) (int64, error)
	Prune(ctx context.Context, olderThan time.Duration, batch int) (int64, error)
	Close() error
}

var (
	_ database = (*sqlite.DB)(nil)
	_ database = (*postgres.DB)(nil)
)

// waker notices what others have committed, and tells them of what this
// process commits.
type waker interface {
	Run(ctx context.Context) error
}

// opened is a database, its queries, and how its reader is woken.
type opened struct {
	database
	rel      *relational.DB
	newWaker func(wake, recheck func()) waker
	name     string // for people; without a password
	// idle says of a database in this process whether a read could begin at once;
	// nil for others.
	idle func() bool
}

// openDatabase opens what the flags name, without migrating it. If mustExist,
// a SQLite file is not made where there is none.
func openDatabase(ctx context.Context, f databaseFlags, mustExist bool, log *slog.Logger) (*opened, error) {
	scheme, rest, _ := strings.Cut(f.Database, ":")
	switch scheme {
	case "sqlite":
		path := strings.TrimPrefix(rest, "//")
		if path == "" {
			return nil, usagef("--database sqlite: needs a file, for example sqlite:notewire.db")
		}
		db, err := sqlite.Open(ctx, path, sqlite.Options{MustExist: mustExist, Logger: log})
		if err != nil {
			return nil, err
		}
		return &opened{database: db, rel: db.DB, name: "sqlite:" + path, idle: db.ReaderIdle, newWaker: func(wake, recheck func()) waker {
			db.OnCommit(wake)
			return db.NewWakes(sqlite.WakesConfig{Wake: wake, Recheck: recheck})
		}}, nil
	case "postgres", "postgresql":
		db, err := postgres.Open(ctx, f.Database, postgres.Options{MaxConns: f.DatabaseConns, ListenURL: f.DatabaseListen, Logger: log})
		if err != nil {
			return nil, err
		}
		return &opened{database: db, rel: db.DB, name: "postgres", newWaker: func(wake, recheck func()) waker {
			w := db.NewWakes(postgres.WakesConfig{Wake: wake, Recheck: recheck})
			db.OnCommit(func() { wake(); w.Notify() })
			return w
		}}, nil
	default:
		return nil, usagef("--database is neither sqlite:FILE nor postgres://…")
	}
}

// openMigrated opens the database and brings it to this program's schema.
func openMigrated(ctx context.Context, f databaseFlags, mustExist bool, log *slog.Logger) (*opened, error) {
	db, err := openDatabase(ctx, f, mustExist, log)
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx); err != nil {
		_ = db.Close() // the first error tells more
		return nil, err
	}
	return db, nil
}
