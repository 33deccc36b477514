package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"notewire/store"
	"notewire/store/relational"
)

//go:embed migrations/*.sql
var migrations embed.FS

// schemaTable is where the applied migrations are kept.
const schemaTable = "schema_version"

// Migrate brings the database to this program's schema. Processes that start
// at once on one file wait for each other. A database that a newer program
// migrated is store.ErrSchemaTooNew and is left alone.
func (db *DB) Migrate(ctx context.Context) error {
	p, err := db.provider()
	if err != nil {
		return err
	}
	have, want, err := db.version(ctx, p)
	if err != nil {
		return err
	}
	if have <= want {
		if err := db.nameLog(ctx); err != nil {
			return fmt.Errorf("naming the event log: %w", translate(err))
		}
	}
	if have > want {
		return fmt.Errorf("schema %d, this program knows %d: %w", have, want, store.ErrSchemaTooNew)
	}
	if have == want {
		return nil
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrating SQLite: %w", translate(err))
	}
	return nil
}

// nameLog gives the file a name by which its event log is told from others,
// once: a random number where SQLite has room for one. Without it, a position
// in one file's log would look good in every other.
func (db *DB) nameLog(ctx context.Context) error {
	var name int64
	const read = "SELECT user_version FROM pragma_user_version"
	if err := db.api.pool.QueryRowContext(ctx, read).Scan(&name); err != nil || name != 0 {
		return err
	}
	tx, err := db.writer.BeginTx(ctx, nil) // immediate: one process at a time
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	if err := tx.QueryRowContext(ctx, read).Scan(&name); err != nil || name != 0 {
		return err
	}
	name = 1 + rand.Int64N(math.MaxInt32) //nolint:gosec // it has to differ, not to be a secret
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", name)); err != nil {
		return err
	}
	return tx.Commit()
}

// Version answers which schema the database has (0 for an empty one) and which
// this program wants.
func (db *DB) Version(ctx context.Context) (have, want int64, err error) {
	p, err := db.provider()
	if err != nil {
		return 0, 0, err
	}
	return db.version(ctx, p)
}

func (db *DB) version(ctx context.Context, p *goose.Provider) (have, want int64, err error) {
	for _, s := range p.ListSources() {
		want = max(want, s.Version)
	}
	q := db.Querier()
	var tables int
	if err := q.QueryRow(ctx, "SELECT count(*) FROM sqlite_master WHERE name = $1", schemaTable).Scan(&tables); err != nil {
		return 0, 0, fmt.Errorf("reading the schema: %w", err)
	}
	if tables == 0 {
		return 0, want, nil
	}
	if err := q.QueryRow(ctx, "SELECT coalesce(max(version_id), 0) FROM "+schemaTable+" WHERE is_applied").Scan(&have); err != nil {
		return 0, 0, fmt.Errorf("reading the schema's version: %w", err)
	}
	return have, want, nil
}

func (db *DB) provider() (*goose.Provider, error) {
	files, err := relational.Migrations(migrations, "migrations", "TEXT")
	if err != nil {
		return nil, err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db.writer, files,
		goose.WithTableName(schemaTable), goose.WithLocker(&migrationLock{path: db.path + "-migrate"}), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("reading the migrations: %w", err)
	}
	return p, nil
}

// migrationLock is a lock between processes. Goose takes a transaction for
// each migration, so the database's own write lock is free between them;
// instead, whoever migrates holds the write lock of a second, empty database
// beside it. The operating system frees it if the process dies.
type migrationLock struct {
	path string
	db   *sql.DB
	tx   *sql.Tx
}

var _ lock.Locker = (*migrationLock)(nil)

// Lock implements lock.Locker. It waits until ctx is over.
func (l *migrationLock) Lock(ctx context.Context, _ *sql.DB) error {
	pool, err := connect(l.path, "", "immediate")
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(1)
	for {
		tx, err := pool.BeginTx(ctx, nil)
		if err == nil {
			l.db, l.tx = pool, tx
			return nil
		}
		if !(dialect{}).Retryable(err) || ctx.Err() != nil { // busy: five seconds have passed
			_ = pool.Close()
			return fmt.Errorf("waiting for another process that migrates: %w", translate(err))
		}
	}
}

// Unlock implements lock.Locker.
func (l *migrationLock) Unlock(context.Context, *sql.DB) error {
	return errors.Join(l.tx.Rollback(), l.db.Close())
}
