package relational

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"notewire/store"
)

// How often and after which pauses a transaction is run again that lost
// against another one.
const (
	maxAttempts  = 8
	firstBackoff = 2 * time.Millisecond
	maxBackoff   = 200 * time.Millisecond
)

// Queries are the statements that only read. DB has them outside of any
// transaction, Tx inside its own.
type Queries struct {
	q Querier
	d Dialect
}

// DB is a database: all queries of Queries, and transactions. It is safe for
// concurrent use. The engines' own DB types embed it.
type DB struct {
	Queries
	engine Engine

	mu       sync.Mutex
	onCommit []func()
}

// New makes a DB of an engine's pool and dialect.
func New(engine Engine, d Dialect) *DB {
	return &DB{Queries: Queries{q: checked{engine}, d: d}, engine: engine}
}

// Reads makes Queries over connections beside those of a DB. They read what is
// committed.
func Reads(q Querier, d Dialect) Queries { return Queries{q: checked{q}, d: d} }

// OnCommit registers a function that runs after each commit of a transaction
// that appended events, in the committing goroutine: it wakes readers and must
// not block. Functions cannot be taken back.
func (db *DB) OnCommit(wake func()) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.onCommit = append(db.onCommit[:len(db.onCommit):len(db.onCommit)], wake)
}

// Ping asks the database for a sign of life.
func (db *DB) Ping(ctx context.Context) error {
	if _, err := queryOne(ctx, db.q, "asking the database for a sign of life", scanInt, "SELECT 1"); err != nil {
		return err
	}
	return nil
}

// Querier is for the engines' own statements (the event log) outside of
// transactions.
func (db *DB) Querier() Querier { return db.engine }

// Tx is a transaction: the queries of Queries, and everything that writes.
// Only the goroutine that InTx called may use it, and not after it returned.
//
// A write that would violate a unique constraint answers store.ErrConflict, or
// store.ErrIDTaken if it is the id that is not unique. It has written nothing
// then, and leaves the transaction usable on both engines.
type Tx struct {
	Queries
	events []store.NewEvent
}

// InTx runs do in one transaction and commits it if do answers nil. Then the
// events that do appended are written as its last statement. If do answers an
// error or panics, everything is rolled back. A transaction that lost against
// another one (serialization failure, deadlock, busy database) is run again, a
// few times with growing pauses, so do must not have effects outside of it.
func (db *DB) InTx(ctx context.Context, do func(ctx context.Context, tx *Tx) error) error {
	backoff := firstBackoff
	for attempt := 1; ; attempt++ {
		err := db.attempt(ctx, do)
		if err == nil || attempt == maxAttempts || !db.d.Retryable(err) {
			return err
		}
		// Half fixed, half random: losers of one conflict must not meet again.
		pause := backoff/2 + rand.N(backoff/2+1) //nolint:gosec // nobody gains by guessing a pause
		select {
		case <-ctx.Done():
			return fmt.Errorf("retrying a transaction: %w", ctx.Err())
		case <-time.After(pause):
		}
		backoff = min(2*backoff, maxBackoff)
	}
}

// attempt runs one transaction once.
func (db *DB) attempt(ctx context.Context, do func(ctx context.Context, tx *Tx) error) error {
	t, err := db.engine.Begin(ctx)
	if err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
	committed := false
	defer func() { // on errors and on panics
		if !committed {
			// The connection must come back even when ctx is over.
			rollback, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			_ = t.Rollback(rollback) // the first error tells more
		}
	}()

	tx := &Tx{Queries: Queries{q: checked{t}, d: db.d}}
	if err := do(ctx, tx); err != nil {
		return err
	}
	if err := tx.writeEvents(ctx); err != nil {
		return err
	}
	if err := t.Commit(ctx); err != nil {
		return fmt.Errorf("committing a transaction: %w", err)
	}
	committed = true
	if len(tx.events) > 0 {
		db.wake()
	}
	return nil
}

// wake runs the functions that OnCommit registered.
func (db *DB) wake() {
	db.mu.Lock()
	fs := db.onCommit
	db.mu.Unlock()
	for _, f := range fs {
		f()
	}
}
