package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"notewire/store/relational"
)

// Sizes of the pools unless Options or the URL say otherwise.
const (
	// DefaultMaxConns is small beside the 100 connections that PostgreSQL allows
	// by default, which all nodes and tools share.
	DefaultMaxConns = 16
	// DefaultStreamConns leaves two for connects and deliveries while replays take
	// as many as they may, which is four. Two are what look-ups of one kind take
	// before store/coalesce gathers them.
	DefaultStreamConns = 6
	// feedConns is one for the event log's reader and one for NOTIFY, so that
	// neither waits for the other.
	feedConns = 2
)

// connectTimeout bounds the wait for a server that does not answer.
const connectTimeout = 10 * time.Second

// errBadURL leaves the URL out, because its password may be in it.
var errBadURL = errors.New("the PostgreSQL URL cannot be read; special characters in its password are written as %XX")

// pools are a DB's connections. Each kind of work has its own, so that slow
// work of one kind cannot keep another from a connection.
type pools struct {
	api    *pgxpool.Pool // transactions, and reads for the HTTP API
	stream *pgxpool.Pool // reads for /streaming
	feed   *pgxpool.Pool // the event log's reader and NOTIFY
}

// openPools prepares the pools; nothing is connected before it is used. The
// feed's connections go past a pooler: it may be busy with the others' queries.
func openPools(ctx context.Context, url string, o Options) (p pools, err error) {
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	api, err := readURL(url)
	if err != nil {
		return pools{}, err
	}
	if o.ListenURL != url && !strings.Contains(url, "default_query_exec_mode") {
		// Behind a pooler, the next transaction may have another session behind
		// it, which does not know what was prepared.
		api.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	}
	switch {
	case o.MaxConns > 0:
		api.MaxConns = int32(min(o.MaxConns, 1<<15))
	case !strings.Contains(url, "pool_max_conns"):
		api.MaxConns = DefaultMaxConns
	}
	stream := api.Copy()
	stream.MaxConns, stream.MinConns, stream.MinIdleConns = int32(min(o.StreamConns, 1<<15)), 0, 0
	stream.ConnConfig.RuntimeParams["application_name"] += " stream"

	feed, err := readURL(o.ListenURL)
	if err != nil {
		return pools{}, fmt.Errorf("the URL past the pooler: %w", err)
	}
	feed.MaxConns, feed.MinConns, feed.MinIdleConns = feedConns, 0, 0
	feed.ConnConfig.RuntimeParams["application_name"] = "notewire feed"

	for _, one := range []struct {
		pool   **pgxpool.Pool
		config *pgxpool.Config
	}{{&p.api, api}, {&p.stream, stream}, {&p.feed, feed}} {
		if *one.pool, err = pgxpool.NewWithConfig(ctx, one.config); err != nil {
			return p, fmt.Errorf("opening PostgreSQL: %w", err)
		}
	}
	return p, nil
}

// close ends all connections; it waits for those that are in use.
func (p pools) close() {
	for _, pool := range []*pgxpool.Pool{p.feed, p.stream, p.api} {
		if pool != nil {
			pool.Close()
		}
	}
}

// readURL reads a URL or keyword/value string, which may carry a pool's own
// settings. Errors never carry the password.
func readURL(url string) (*pgxpool.Config, error) {
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
	return cfg, nil
}

// StreamReads is what /streaming reads: the queries of a connect and of a
// delivery, and the event log for those who resume. It has connections of its
// own (Options.StreamConns), so that slow queries of the HTTP API keep nobody
// from connecting, and delay no delivery. It is safe for concurrent use.
type StreamReads struct {
	relational.Queries
	eventLog
}

// StreamReads are the reads for /streaming.
func (db *DB) StreamReads() StreamReads {
	return StreamReads{relational.Reads(querier{db.pools.stream}, dialect{}), eventLog{db.pools.stream}}
}
