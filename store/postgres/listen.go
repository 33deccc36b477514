package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
)

// The first pause after a lost connection, and how long closing a connection
// may take, which tells the server goodbye.
const (
	listenRetryFirst = 100 * time.Millisecond
	listenClose      = 2 * time.Second
)

// listen keeps a connection that listens, until ctx ends.
func (w *Wakes) listen(ctx context.Context) {
	first := min(listenRetryFirst, w.cfg.RetryMax)
	retry := first
	for ctx.Err() == nil {
		listened, err := w.listenOnce(ctx)
		if ctx.Err() != nil {
			return
		}
		w.count(func(s *WakesStats) { s.Failures++ })
		if listened {
			retry = first
		}
		w.db.options.Logger.WarnContext(ctx, "the connection that listens for other nodes' events is lost; polling until it is back",
			"error", err, "retry", retry)
		// Jitter, so that nodes do not all come back at the same moment.
		pause(ctx, retry/2+rand.N(retry/2+1)) //nolint:gosec // nobody gains by guessing a pause
		retry = min(2*retry, w.cfg.RetryMax)
	}
}

// listenOnce connects, listens, and passes notifications on until the
// connection breaks or ctx ends. The connection belongs to no pool: it is closed
// afterwards, never given back with its LISTEN.
func (w *Wakes) listenOnce(ctx context.Context) (listened bool, err error) {
	conn, err := w.connect(ctx)
	if err != nil {
		return false, err
	}
	defer func() {
		w.count(func(s *WakesStats) { s.Listening = false })
		bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), listenClose)
		defer cancel()
		_ = conn.Close(bye) // it is given up either way
	}()

	if err := w.limited(ctx, func(ctx context.Context) error {
		_, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize())
		return err
	}); err != nil {
		return false, fmt.Errorf("listening: %w", translate(err))
	}
	w.count(func(s *WakesStats) {
		s.Listening = true
		s.Connects++
	})
	// Only now: whatever is committed from here on is heard of.
	w.cfg.Recheck()

	for {
		idle, cancel := context.WithTimeout(ctx, w.cfg.PingEvery)
		n, err := conn.WaitForNotification(idle)
		cancel()
		switch {
		case err == nil && n.Payload == w.node: // its reader was woken in the process
		case err == nil:
			w.count(func(s *WakesStats) { s.Received++ })
			w.cfg.Wake()
		case ctx.Err() != nil:
			return true, ctx.Err()
		case errors.Is(err, context.DeadlineExceeded) && !conn.IsClosed():
			if err := w.limited(ctx, conn.Ping); err != nil {
				return true, fmt.Errorf("pinging: %w", err)
			}
		default:
			return true, fmt.Errorf("waiting for notifications: %w", err)
		}
	}
}

// connect opens the connection.
func (w *Wakes) connect(ctx context.Context) (*pgx.Conn, error) {
	cfg, err := readURL(w.db.options.ListenURL)
	if err != nil {
		return nil, err
	}
	cfg.ConnConfig.RuntimeParams["application_name"] = "notewire listen"
	var conn *pgx.Conn
	err = w.limited(ctx, func(ctx context.Context) error {
		conn, err = pgx.ConnectConfig(ctx, cfg.ConnConfig)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("connecting to listen: %w", err)
	}
	return conn, nil
}

// limited calls f under the time limit.
func (w *Wakes) limited(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, w.cfg.Timeout)
	defer cancel()
	return f(ctx)
}
