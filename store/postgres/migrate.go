package postgres

import (
	"context"
	"database/sql"
	"embed"
	"fmt"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"notewire/store"
	"notewire/store/relational"
)

//go:embed migrations/*.sql
var migrations embed.FS

// schemaTable is where the applied migrations are kept.
const schemaTable = "schema_version"

// How long a node waits for another one that is migrating: tries of a second.
const migrateTries = 300

// Migrate brings the database to this program's schema. Nodes that start at
// once wait for each other. A database that a newer program migrated is
// store.ErrSchemaTooNew and is left alone; one that takes no writes is
// store.ErrReadOnly, migrated or not.
func (db *DB) Migrate(ctx context.Context) error {
	conn, err := db.sessions()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // the pool stays
	p, err := provider(conn)
	if err != nil {
		return err
	}
	have, want, err := db.version(ctx, p)
	if err != nil {
		return err
	}
	if have > want {
		return fmt.Errorf("schema %d, this program knows %d: %w", have, want, store.ErrSchemaTooNew)
	}
	var readOnly string // by the database's settings, or because it is a standby
	if err := db.Querier().QueryRow(ctx, "SELECT current_setting('transaction_read_only')").Scan(&readOnly); err != nil {
		return fmt.Errorf("asking PostgreSQL whether it is read-only: %w", err)
	}
	if readOnly == "on" {
		return fmt.Errorf("PostgreSQL does not take writes: %w", store.ErrReadOnly)
	}
	if have == want {
		return nil
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrating PostgreSQL: %w", oneLine{translate(err)})
	}
	return nil
}

// sessions is for what needs a session of its own, as migrations do for their
// lock: through a pooler it would be taken in one session and given back in
// another. Nothing is connected before it is used.
func (db *DB) sessions() (*sql.DB, error) {
	if db.options.ListenURL == db.url {
		return stdlib.OpenDBFromPool(db.pools.api), nil
	}
	cfg, err := readURL(db.options.ListenURL)
	if err != nil {
		return nil, err
	}
	return stdlib.OpenDB(*cfg.ConnConfig), nil
}

// Version answers which schema the database has (0 for an empty one) and which
// this program wants.
func (db *DB) Version(ctx context.Context) (have, want int64, err error) {
	conn := stdlib.OpenDBFromPool(db.pools.api)
	defer func() { _ = conn.Close() }()
	p, err := provider(conn)
	if err != nil {
		return 0, 0, err
	}
	return db.version(ctx, p)
}

func (db *DB) version(ctx context.Context, p *goose.Provider) (have, want int64, err error) {
	for _, s := range p.ListSources() {
		want = max(want, s.Version)
	}
	err = db.Querier().QueryRow(ctx, "SELECT coalesce(max(version_id), 0) FROM "+schemaTable+" WHERE is_applied").Scan(&have)
	if code(err) == "42P01" { // undefined_table: never migrated
		return 0, want, nil
	}
	if err != nil {
		return 0, 0, fmt.Errorf("reading the schema's version: %w", err)
	}
	return have, want, nil
}

func provider(db *sql.DB) (*goose.Provider, error) {
	files, err := relational.Migrations(migrations, "migrations", `TEXT COLLATE "C"`)
	if err != nil {
		return nil, err
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, migrateTries))
	if err != nil {
		return nil, fmt.Errorf("preparing the migration lock: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithTableName(schemaTable), goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("reading the migrations: %w", err)
	}
	return p, nil
}
