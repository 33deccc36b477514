//go:build linux

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // database/sql's way to PostgreSQL
	_ "modernc.org/sqlite"             // database/sql's way to SQLite

	"notewire/store/postgres/pgtest"
)

// engine is a throwaway database, and what it takes to run nodes on it.
type engine struct {
	name  string // postgres or sqlite
	url   string // as --database has it
	db    *sql.DB
	bench *bench
	world *world
	close func() error
}

// newEngine makes an empty database. durable: PostgreSQL waits for the disk.
func (b *bench) newEngine(ctx context.Context, name string) (*engine, error) {
	e := &engine{name: name, bench: b}
	switch name {
	case "sqlite":
		dir, err := os.MkdirTemp(b.dir, "sqlite-*")
		if err != nil {
			return nil, fmt.Errorf("making a folder: %w", err)
		}
		file := filepath.Join(dir, "notewire.db")
		e.url = "sqlite:" + file
		e.db, err = sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)")
		if err != nil {
			return nil, fmt.Errorf("opening SQLite: %w", err)
		}
		e.close = e.db.Close
	case "postgres":
		cluster, err := pgtest.Start(ctx, pgtest.Options{Fsync: true, Settings: map[string]string{
			"max_connections": "150", "shared_buffers": "256MB",
		}})
		if err != nil {
			return nil, err
		}
		db, err := cluster.CreateDatabase(ctx)
		if err != nil {
			return nil, errors.Join(err, cluster.Close())
		}
		e.url = db.URL
		if e.db, err = sql.Open("pgx", db.URL); err != nil {
			return nil, errors.Join(err, cluster.Close())
		}
		e.db.SetMaxOpenConns(32)
		e.db.SetMaxIdleConns(32)
		e.close = func() error { return errors.Join(e.db.Close(), cluster.Close()) }
	default:
		return nil, fmt.Errorf("no engine is called %q; there are sqlite and postgres", name)
	}
	return e, nil
}

// version is what the database says of itself.
func (e *engine) version(ctx context.Context) string {
	q := "SELECT 'SQLite ' || sqlite_version()"
	if e.name == "postgres" {
		q = "SELECT 'PostgreSQL ' || current_setting('server_version')"
	}
	var v string
	if err := e.db.QueryRowContext(ctx, q).Scan(&v); err != nil {
		return e.name
	}
	return strings.TrimSpace(v)
}

// node starts a server on the database.
func (e *engine) node(ctx context.Context, args ...string) (*process, error) {
	args = append([]string{
		"serve", "--log-level=error", "--listen=127.0.0.1:0", "--database=" + e.url, "--rate-limits=off", "--registration=closed",
		"--password-cost=4", "--files=" + filepath.Join(e.bench.dir, "files"),
		"--max-user-conns=100000", "--max-address-conns=1000000", "--drain=1ms",
	}, args...)
	return start(ctx, e.bench.binary, args...)
}

// event is a row of the log that is to be written.
type event struct{ topic, typ, body, facts string }

// append writes events in one transaction and wakes the nodes.
func (e *engine) append(ctx context.Context, events []event) error {
	const columns, rows = 5, 100
	tx, err := e.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("appending events: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	now := time.Now().UnixMilli()
	for len(events) > 0 {
		chunk := events[:min(rows, len(events))]
		events = events[len(chunk):]
		var q strings.Builder
		q.WriteString("INSERT INTO event (at, topic, type, body, facts) VALUES ")
		args := make([]any, 0, columns*len(chunk))
		for i, ev := range chunk {
			if i > 0 {
				q.WriteByte(',')
			}
			n := i * columns
			fmt.Fprintf(&q, "($%d,$%d,$%d,$%d,$%d)", n+1, n+2, n+3, n+4, n+5)
			var facts any
			if ev.facts != "" {
				facts = ev.facts
			}
			args = append(args, now, ev.topic, ev.typ, ev.body, facts)
		}
		if _, err := tx.ExecContext(ctx, q.String(), args...); err != nil {
			return fmt.Errorf("appending events: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("appending events: %w", err)
	}
	return e.notify(ctx)
}

// notify wakes the nodes, as the server does after its commits. Nodes on
// SQLite look by themselves.
func (e *engine) notify(ctx context.Context) error {
	if e.name != "postgres" {
		return nil
	}
	if _, err := e.db.ExecContext(ctx, "NOTIFY notewire_event"); err != nil {
		return fmt.Errorf("waking the nodes: %w", err)
	}
	return nil
}
