package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"notewire/api"
	"notewire/api/socket"
	"notewire/api/streaming"
	"notewire/store/feed"
)

// serveCmd runs the server.
type serveCmd struct {
	Listen         string   `help:"Address to listen on." default:"127.0.0.1:3000"`
	URL            string   `help:"Address under which clients reach the server, scheme and host (default: http:// and --listen)." placeholder:"URL"`
	Registration   string   `help:"Who may sign up: open (anybody) or closed. The first account may always be made and is an administrator." enum:"open,closed" default:"closed"`
	RateLimits     string   `help:"Misskey's rate limits of the API: on or off." enum:"on,off" default:"on"`
	TrustedProxies prefixes `help:"Networks whose X-Forwarded-For is believed; none for no one." default:"127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"`
	metricsFlags
	profilingFlags
	databaseFlags
	limitFlags
	apiFlags

	allowHost bool                              // signup honours host: dev
	ready     func(url string, s *server) error // before the address is printed
}

// Run implements the command.
func (c *serveCmd) Run(env *environment, log *slog.Logger) error {
	ctx, stop := signal.NotifyContext(env.ctx, syscall.SIGTERM, os.Interrupt)
	defer stop()

	// TCP's own keep-alive would be four system calls for each connection, and
	// finds nothing that pings and the time limits of HTTP do not find before.
	l, err := (&net.ListenConfig{KeepAlive: -1}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", c.Listen, err)
	}
	defer func() { _ = l.Close() }() // closed by the HTTP server already
	if c.URL == "" {
		c.URL = "http://" + reachable(l.Addr())
	}
	ml, err := c.metricsFlags.listen(ctx)
	if err != nil {
		return err
	}
	if ml != nil {
		defer func() { _ = ml.Close() }() // closed by its server already
	}
	pl, err := c.profilingFlags.listen(ctx)
	if err != nil {
		return err
	}
	if pl != nil {
		defer func() { _ = pl.Close() }() // closed by its server already
	}
	s, err := c.assemble(ctx, log)
	if err != nil {
		return err
	}
	defer s.close()
	s.metricsListener, s.profiles = ml, pl
	return s.run(ctx, stop, l, func() error {
		if c.ready != nil {
			if err := c.ready(c.URL, s); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintf(env.stdout, "notewire is listening on http://%s\n", reachable(l.Addr())); err != nil {
			return err
		}
		if ml == nil {
			return nil
		}
		_, err := fmt.Fprintf(env.stdout, "notewire shows metrics on http://%s/metrics\n", reachable(ml.Addr()))
		return err
	})
}

// reachable is the address in a form that a client on this machine can use.
func reachable(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// server is everything that runs, wired together.
type server struct {
	db        *opened
	api       *api.Server
	transport *socket.Transport
	streaming *streaming.Server
	reader    *feed.Reader
	waker     waker
	http      *http.Server
	ready     *readiness
	metrics   *metrics
	log       *slog.Logger
	drain     time.Duration
	retention time.Duration

	metricsListener net.Listener // nil: none
	profiles        net.Listener // nil: none
}

// assemble opens the database and builds the server; nothing runs yet.
func (c *serveCmd) assemble(ctx context.Context, log *slog.Logger) (_ *server, err error) {
	if err := os.MkdirAll(c.Files, 0o750); err != nil {
		return nil, fmt.Errorf("making the folder for files: %w", err)
	}
	files, err := filepath.Abs(c.Files)
	if err != nil {
		return nil, fmt.Errorf("finding the folder for files: %w", err)
	}
	db, err := openMigrated(ctx, c.databaseFlags, false, log)
	if err != nil {
		return nil, err
	}
	s := &server{db: db, log: log, drain: c.Drain, retention: c.EventRetention}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	s.metrics = newMetrics(log)
	s.api, err = api.New(api.Config{
		BaseURL: strings.TrimSuffix(c.URL, "/"), Name: c.Name, Version: version(),
		OpenRegistration: c.Registration == "open", AllowHost: c.allowHost, RateLimits: c.RateLimits == "on",
		TrustedProxies: api.Proxies(c.TrustedProxies), FileDir: files, MaxFileSize: int64(c.MaxFileSize), MaxBody: int64(c.MaxBody),
		PasswordCost: c.PasswordCost, Store: storage{db.rel}, Observer: s.metrics, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	stats, connects := new(streaming.Stats), newGathering(db)
	s.transport, err = socket.New(socket.Config{
		Limits: socket.Limits{
			InboundFrame: int(c.MaxFrame), InboundRate: c.FrameRate, InboundBurst: c.FrameBurst, InboundPatience: c.FrameRelief,
			QueueBytes: int(c.QueueBytes), QueueFrames: c.QueueFrames, QueueTotal: int64(c.QueueTotal),
			PingInterval: c.PingInterval, PongTimeout: c.PongTimeout, HandshakeTimeout: c.HandshakeTimeout,
		},
		MaxPerUser: c.MaxUserConns, MaxPerAddress: c.MaxAddressConns, Network: api.Network, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	s.streaming, err = streaming.New(streaming.Config{
		Access: connects, Relations: connects, Reactions: db.rel, Notifications: s.api, ClientAddr: s.api.ClientAddr,
		Transport: s.transport, MaxChannels: c.MaxChannels, MaxCaptures: c.MaxCaptures,
		ViewerLinger: c.ViewerLinger, Log: db, ReplayEvents: c.ReplayEvents, TextPong: c.TextPong, Stats: stats, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	s.reader = feed.NewReader(feed.Config{Source: db, Poll: c.PollInterval, Logger: log})
	s.waker = db.newWaker(s.reader.Wake, s.reader.Recheck)
	s.metrics.watch(s, stats)
	s.ready = s.readiness(db.rel.Ping, c.PollInterval)

	mux := http.NewServeMux()
	mux.Handle("GET /readyz", s.ready)
	mux.Handle("/streaming", s.streaming)
	mux.Handle("/streaming/", s.streaming)
	mux.Handle("/", s.api.Handler())
	s.http = &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: c.HandshakeTimeout,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	return s, nil
}

// run serves until ctx ends, then drains: no new clients, what is queued goes
// out, sockets are closed with 1012, then the feed and the store stop. A second
// signal ends it at once. ready is called once connections are accepted.
func (s *server) run(ctx context.Context, stop func(), l net.Listener, ready func() error) error {
	// The parts outlive ctx: they go on while clients are sent away.
	parts, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	g, parts := errgroup.WithContext(parts)
	begin, err := s.reader.Init(ctx)
	if err != nil {
		return fmt.Errorf("reading the event log: %w", err)
	}
	s.streaming.Begin(begin)
	g.Go(func() error { return s.transport.Run(parts) })
	g.Go(func() error { return s.streaming.Run(parts) })
	g.Go(func() error { return s.reader.Run(parts, s.streaming.Handle) })
	g.Go(func() error { return s.waker.Run(parts) })
	g.Go(func() error { return s.api.Run(parts) })
	g.Go(func() error { return s.prune(parts) })
	g.Go(func() error { return giveBack(parts) })
	if s.metricsListener != nil {
		g.Go(func() error { return s.metrics.serve(parts, s.metricsListener, s.ready) })
	}
	if s.profiles != nil {
		g.Go(func() error { return serveProfiles(parts, s.profiles) })
	}
	g.Go(func() error {
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serving HTTP: %w", err)
		}
		return nil
	})
	g.Go(func() error {
		defer end()
		if err := ready(); err != nil {
			_ = s.http.Close() // the error tells more
			return err
		}
		select {
		case <-ctx.Done():
		case <-parts.Done(): // something failed
			_ = s.http.Close()
			return nil
		}
		stop() // from here on a signal ends the process at once
		s.log.Info("draining")
		s.shutDown(parts)
		return nil
	})
	if err := g.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// shutDown sends the clients away and finishes the calls that are under way.
func (s *server) shutDown(ctx context.Context) {
	const grace = 10 * time.Second // on top of the spread, for clients that do not answer
	ctx, cancel := context.WithTimeout(ctx, s.drain+grace)
	defer cancel()
	if err := s.streaming.Drain(ctx, s.drain); err != nil {
		s.log.Warn("some connections had to be reset", "error", err)
	}
	if err := s.http.Shutdown(ctx); err != nil {
		_ = s.http.Close()
	}
}

// prune deletes old rows of the event log, an hour's worth at a time.
func (s *server) prune(ctx context.Context) error {
	const batch = 1000
	every := min(time.Hour, max(time.Minute, s.retention/24))
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		// Not for ever: a transaction that is never ended holds it up, which
		// somebody has to be told.
		limited, cancel := context.WithTimeout(ctx, every)
		n, err := s.db.Prune(limited, s.retention, batch)
		cancel()
		switch {
		case err != nil && ctx.Err() == nil:
			s.log.Warn("pruning the event log failed", "error", err)
		case n > 0:
			s.log.Debug("pruned the event log", "rows", n)
		}
	}
}

func (s *server) close() {
	if err := s.db.Close(); err != nil {
		s.log.Warn("closing the database", "error", err)
	}
}
