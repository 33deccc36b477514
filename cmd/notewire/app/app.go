package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"

	"notewire/api"
	"notewire/api/address"
	"notewire/api/httpserver"
	"notewire/api/socket"
	"notewire/api/streaming"
	"notewire/store"
	"notewire/store/feed"
)

// App is a server with everything that belongs to it.
type App struct {
	cfg       Config
	log       *slog.Logger
	db        *Database
	ids       *store.IDs
	api       *api.Server
	stats     *streaming.Stats
	transport *socket.Transport
	streaming *streaming.Server
	reader    *feed.Reader
	waker     waker
	ready     *readiness
	metrics   *metrics
	http      *httpserver.Server

	clients  net.Listener
	watchers net.Listener // for /metrics; nil: none
	profiles net.Listener // nil: none
}

// New makes an App: it opens the listeners and the database, which is migrated.
// Nobody is answered before Run. The context bounds the opening. Errors are
// SettingError for settings that cannot work, and say what could not be opened
// otherwise; nothing is left open then.
func New(ctx context.Context, cfg Config) (_ *App, err error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg.fillDefaults()
	a := &App{cfg: cfg, log: cfg.Logger}
	defer func() {
		if err != nil {
			a.Close()
		}
	}()
	if err := a.listen(ctx); err != nil {
		return nil, err
	}
	if a.cfg.URL == "" {
		a.cfg.URL = "http://" + a.Addr()
	}
	if err := os.MkdirAll(cfg.API.Files, 0o750); err != nil {
		return nil, fmt.Errorf("making the folder for files: %w", err)
	}
	if a.db, err = OpenMigrated(ctx, cfg.Database, cfg.Logger); err != nil {
		return nil, err
	}
	if a.ids, err = a.db.IDs(ctx, cfg.IDs); err != nil {
		return nil, err
	}
	if err := a.assemble(); err != nil {
		return nil, err
	}
	return a, nil
}

// listen opens the listeners.
func (a *App) listen(ctx context.Context) (err error) {
	if a.clients, err = httpserver.Listen(ctx, a.cfg.Listen, a.cfg.KeepAlive); err != nil {
		return err
	}
	if a.watchers, err = listenForWatchers(ctx, a.cfg.MetricsListen, a.cfg.KeepAlive); err != nil {
		return err
	}
	a.profiles, err = listenForProfiles(ctx, a.cfg.ProfilesListen)
	return err
}

// assemble makes the parts and joins them; nothing runs yet.
func (a *App) assemble() (err error) {
	c := &a.cfg
	files, err := filepath.Abs(c.API.Files)
	if err != nil {
		return fmt.Errorf("finding the folder for files: %w", err)
	}
	a.metrics = newMetrics(c.Version, a.log)
	a.api, err = api.New(api.Config{
		BaseURL: strings.TrimSuffix(c.URL, "/"), Name: c.Name, Version: c.Version,
		OpenRegistration: c.OpenRegistration, AllowHost: c.SignupHost, RateLimits: !c.WithoutRateLimits,
		TrustedProxies: address.Proxies(c.TrustedProxies), FileDir: files, MaxFileSize: c.API.MaxFileSize, MaxBody: c.API.MaxBody,
		RequestTimeout: c.API.RequestTimeout, PasswordCost: c.API.PasswordCost, UnreadAfter: c.API.UnreadAfter,
		Store: apiStore{a.db.queries}, IDs: a.ids, Observer: a.metrics, Logger: a.log, Now: c.Hooks.Now,
	})
	if err != nil {
		return fmt.Errorf("setting the API up: %w", err)
	}
	if err := a.assembleStreaming(); err != nil {
		return err
	}
	a.reader = feed.NewReader(feed.Config{Source: a.db.engine, Poll: c.EventLog.Poll, Logger: a.log})
	a.waker = a.db.newWaker(a.reader.Wake, a.reader.Recheck)
	a.ready = a.readiness()
	if a.http, err = a.httpServer(); err != nil {
		return err
	}
	a.metrics.register(a)
	return nil
}

func (a *App) assembleStreaming() (err error) {
	c, lookups := &a.cfg, newLookups(a.db)
	var access streaming.AccessLoader = lookups
	if replace := c.Hooks.Access; replace != nil {
		access = replace(access)
	}
	a.transport, err = socket.New(socket.Config{
		Limits: c.Streaming.Socket, MaxPerUser: c.Streaming.MaxPerUser, MaxPerAddress: c.Streaming.MaxPerAddress,
		Network: address.Network, Logger: a.log,
	})
	if err != nil {
		return fmt.Errorf("setting the transport up: %w", err)
	}
	a.stats = new(streaming.Stats)
	a.streaming, err = streaming.New(streaming.Config{
		Access: access, Relations: lookups, Participations: a.db.streams, Suspensions: a.db.streams, Notifications: a.api, Log: a.db.streams,
		ClientAddr: a.api.ClientAddr, Transport: a.transport,
		MaxChannels: c.Streaming.MaxChannels, MaxCaptures: c.Streaming.MaxCaptures,
		ViewerLinger: c.Streaming.ViewerLinger, ReplayEvents: c.Streaming.ReplayEvents, TextPong: c.Streaming.TextPong,
		Stats: a.stats, Logger: a.log,
	})
	if err != nil {
		return fmt.Errorf("setting streaming up: %w", err)
	}
	return nil
}

// Addr is where clients on this machine reach the server, host:port.
func (a *App) Addr() string { return reachable(a.clients.Addr()) }

// URL is where clients reach the server: Config.URL, or http:// and Addr.
func (a *App) URL() string { return a.cfg.URL }

// MetricsAddr is where watchers on this machine reach the listener for metrics,
// host:port; empty if there is none.
func (a *App) MetricsAddr() string {
	if a.watchers == nil {
		return ""
	}
	return reachable(a.watchers.Addr())
}

// Database is the open database.
func (a *App) Database() *Database { return a.db }

// IDs makes ids of the database's kind.
func (a *App) IDs() *store.IDs { return a.ids }

// Stats are the counters of websockets.
func (a *App) Stats() *streaming.Stats { return a.stats }

// Close closes what New has opened, for an App that is not run. After Run there
// is nothing left to close. Failures are logged.
func (a *App) Close() {
	for _, l := range []net.Listener{a.clients, a.watchers, a.profiles} {
		if l == nil {
			continue
		}
		// Its server has closed it already, if there was one.
		if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			a.log.Warn("closing a listener", "error", err)
		}
	}
	if a.db == nil {
		return
	}
	if err := a.db.Close(); err != nil {
		a.log.Warn("closing the database", "error", err)
	}
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
