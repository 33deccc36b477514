package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"notewire/store/relational"
)

// Options tunes a DB. The zero value has the defaults.
type Options struct {
	// MaxConns bounds the pool. Default 16, or pool_max_conns in the URL.
	MaxConns int
	// ListenURL is a second URL for LISTEN and migrations, which need a session
	// of their own. It is for a main URL that leads through a pooler such as
	// PgBouncer, and leads past it. If it is set, no statements are prepared over
	// the main URL, unless that URL's default_query_exec_mode asks for it.
	// Default: the main URL.
	ListenURL string
	// Logger is told of lost connections. Default: slog.Default().
	Logger *slog.Logger
}

// defaultMaxConns is small beside the 100 connections that PostgreSQL allows by
// default, which all nodes and tools share.
const defaultMaxConns = 16

// connectTimeout bounds the wait for a server that does not answer.
const connectTimeout = 10 * time.Second

// DB is a store on PostgreSQL.
type DB struct {
	*relational.DB
	pool    *pgxpool.Pool
	options Options
	url     string
}

// errBadURL leaves the URL out, because its password may be in it.
var errBadURL = errors.New("the PostgreSQL URL cannot be read; special characters in its password are written as %XX")

// Open connects to the database that the URL (or keyword/value string) names
// and makes sure that it answers. It does not migrate: see Migrate. Errors
// never carry the URL's password.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		if strings.Contains(err.Error(), "failed to parse as URL") {
			// Then pgx cannot tell the password from the rest, and quotes it.
			return nil, errBadURL
		}
		return nil, fmt.Errorf("reading the PostgreSQL URL: %w", err)
	}
	if _, set := cfg.ConnConfig.RuntimeParams["application_name"]; !set {
		cfg.ConnConfig.RuntimeParams["application_name"] = "notewire"
	}
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = connectTimeout
	}
	switch {
	case o.MaxConns > 0:
		cfg.MaxConns = int32(min(o.MaxConns, 1<<15))
	case !strings.Contains(url, "pool_max_conns"):
		cfg.MaxConns = defaultMaxConns
	}
	switch {
	case o.ListenURL == "":
		o.ListenURL = url
	case o.ListenURL != url && !strings.Contains(url, "default_query_exec_mode"):
		// The next transaction may have another session behind it, which does
		// not know what was prepared.
		cfg.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}

	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("opening PostgreSQL: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("connecting to PostgreSQL: %w", oneLine{translate(err)})
	}
	db := &DB{pool: pool, options: o, url: url}
	db.DB = relational.New(engine{querier{pool}, pool}, dialect{})
	return db, nil
}

// oneLine is an error in one line: pgx reports each attempt (with and without
// TLS, each address) in a line of its own, and the lines often say the same.
type oneLine struct{ error }

func (e oneLine) Error() string {
	var parts []string
	for line := range strings.Lines(e.error.Error()) {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(parts, line) {
			parts = append(parts, line)
		}
	}
	return strings.Join(parts, " ")
}

func (e oneLine) Unwrap() error { return e.error }

// Close ends all connections; it waits for those that are in use.
func (db *DB) Close() error {
	db.pool.Close()
	return nil
}

// MaxConns is the bound of the pool, for metrics.
func (db *DB) MaxConns() int32 { return db.pool.Config().MaxConns }
