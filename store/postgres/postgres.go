package postgres

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"notewire/store/relational"
)

// Options tunes a DB. The zero value has the defaults.
type Options struct {
	// MaxConns bounds the pool of the HTTP API. Default DefaultMaxConns, or
	// pool_max_conns in the URL.
	MaxConns int
	// StreamConns bounds the pool of StreamReads. Default DefaultStreamConns.
	StreamConns int
	// ListenURL is a second URL for LISTEN, NOTIFY and the event log's reader,
	// which must not wait for others, and for migrations, which need a session of
	// their own. It is for a main URL that leads through a pooler such as
	// PgBouncer, and leads past it. If it is set, no statements are prepared over
	// the main URL, unless that URL's default_query_exec_mode asks for it.
	// Default: the main URL.
	ListenURL string
	// Logger is told of lost connections. Default: slog.Default().
	Logger *slog.Logger
}

// DB is a store on PostgreSQL. As a feed.Source it is for one reader.
type DB struct {
	*relational.DB
	eventLog
	pools   pools
	options Options
	url     string
}

// Open connects to the database that the URL (or keyword/value string) names
// and makes sure that it answers. It does not migrate: see Migrate. Errors
// never carry the URL's password.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	o.ListenURL = cmp.Or(o.ListenURL, url)
	if o.StreamConns <= 0 {
		o.StreamConns = DefaultStreamConns
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	p, err := openPools(ctx, url, o)
	if err != nil {
		return nil, err
	}
	if err := p.api.Ping(ctx); err != nil {
		p.close()
		return nil, fmt.Errorf("connecting to PostgreSQL: %w", oneLine{translate(err)})
	}
	return &DB{
		DB:       relational.New(engine{querier{p.api}, p.api}, dialect{}),
		eventLog: eventLog{p.feed},
		pools:    p, options: o, url: url,
	}, nil
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
	db.pools.close()
	return nil
}

// MaxConns is the bound of the HTTP API's pool.
func (db *DB) MaxConns() int32 { return db.pools.api.Config().MaxConns }
