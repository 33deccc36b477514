package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
)

// Run serves until ctx ends, then drains: no new clients, what is queued goes
// out, sockets are closed with 1012, calls that are under way are finished, then
// the feed and the database end. Everything is closed when it returns. Its error
// is that of the first part that failed; none if it only was ended. It is called
// once.
func (a *App) Run(ctx context.Context) error {
	defer a.Close()
	// The parts outlive ctx: they go on while clients are sent away.
	parts, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	g, parts := errgroup.WithContext(parts)
	begin, err := a.reader.Init(ctx)
	if err != nil {
		return fmt.Errorf("reading the event log: %w", err)
	}
	// Clients are let in afterwards only: nobody may be let in who could miss
	// something.
	if err := a.streaming.Begin(ctx, begin); err != nil {
		return err
	}
	g.Go(func() error { return a.transport.Run(parts) })
	g.Go(func() error { return a.streaming.Run(parts) })
	g.Go(func() error { return a.reader.Run(parts, a.streaming.Handle) })
	g.Go(func() error { return a.waker.Run(parts) })
	g.Go(func() error { return a.api.Run(parts) })
	g.Go(func() error { return a.prune(parts) })
	g.Go(func() error { return returnMemory(parts) })
	if a.watchers != nil {
		g.Go(func() error { return serveUntil(parts, a.watchers, a.metrics.handler(a.ready), a.cfg.HTTP, a.log) })
	}
	if a.profiles != nil {
		g.Go(func() error { return serveUntil(parts, a.profiles, profileHandler(), a.cfg.HTTP, a.log) })
	}
	g.Go(func() error { return a.http.Serve(a.clients) })
	g.Go(func() error {
		defer end()
		return a.untilEnd(ctx, parts)
	})
	if err := g.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// untilEnd tells that clients are let in, waits until ctx or the parts end, and
// sends the clients away.
func (a *App) untilEnd(ctx, parts context.Context) error {
	if ready := a.cfg.Hooks.Ready; ready != nil {
		if err := ready(ctx, a); err != nil {
			_ = a.http.Close() // the error tells more
			return err
		}
	}
	select {
	case <-ctx.Done():
	case <-parts.Done(): // something failed
		_ = a.http.Close()
		return nil
	}
	if draining := a.cfg.Hooks.Draining; draining != nil {
		draining()
	}
	a.log.Info("draining")
	a.sendAway(parts)
	return nil
}

// sendAway closes the sockets and finishes the calls that are under way.
func (a *App) sendAway(ctx context.Context) {
	const grace = 10 * time.Second // on top of the spread, for clients that do not answer
	spread := a.cfg.Streaming.Drain
	ctx, cancel := context.WithTimeout(ctx, spread+grace)
	defer cancel()
	if err := a.streaming.Drain(ctx, spread); err != nil {
		a.log.Warn("some connections had to be reset", "error", err)
	}
	if err := a.http.Shutdown(ctx); err != nil {
		_ = a.http.Close()
	}
}

// prune deletes old rows of the event log, an hour's isWorthCollecting at a time.
func (a *App) prune(ctx context.Context) error {
	const batch = 1000
	retention := a.cfg.EventLog.Retention
	every := min(time.Hour, max(time.Minute, retention/24))
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		// A transaction that is never ended holds it up: somebody has to be told,
		// so it does not wait for ever.
		limited, cancel := context.WithTimeout(ctx, every)
		n, err := a.db.engine.Prune(limited, retention, batch)
		cancel()
		switch {
		case err != nil && ctx.Err() == nil:
			a.log.Warn("pruning the event log failed", "error", err)
		case n > 0:
			a.log.Debug("pruned the event log", "rows", n)
		}
	}
}
