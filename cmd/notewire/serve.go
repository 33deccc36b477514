package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"notewire/cmd/notewire/app"
	"notewire/store"
)

// serveCmd runs the server.
type serveCmd struct {
	Listen         string   `help:"Address to listen on." default:"${listen}"`
	URL            string   `help:"Address under which clients reach the server, scheme and host (default: http:// and --listen)." placeholder:"URL"`
	Registration   string   `help:"Who may sign up: open (anybody) or closed. The first account may always be made and is an administrator." enum:"open,closed" default:"closed"`
	SignupHost     string   `help:"Whether signup honours its parameter host, which makes remote users: on or off. It is for suites of tests that need such users; on, anybody may make accounts of any host." enum:"on,off" default:"off"`
	RateLimits     string   `help:"Misskey's rate limits of the API: on or off." enum:"on,off" default:"on"`
	TrustedProxies prefixes `help:"Networks whose X-Forwarded-For is believed; none for no one." default:"127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"`
	metricsFlags
	profilingFlags
	databaseFlags
	idFlags
	DatabaseStreamConns int `help:"Most connections to PostgreSQL for what /streaming looks up (count), beside --database-conns. Three more are the event log's." default:"${database_stream_conns}"`
	limitFlags
	httpFlags
	apiFlags
}

// Validate refuses what no server can run with, before anything is opened.
func (c *serveCmd) Validate() error {
	if err := refuseZeros(c.limitFlags.counts(), c.databaseFlags.counts(), c.apiFlags.counts(), c.httpFlags.counts(),
		map[string]int64{"database-stream-conns": int64(c.DatabaseStreamConns)}); err != nil {
		return err
	}
	if err := c.limitFlags.validate(); err != nil {
		return err
	}
	return c.config().Validate()
}

// config translates the flags.
func (c *serveCmd) config() app.Config {
	database := c.databaseFlags.config()
	database.StreamConns = c.DatabaseStreamConns
	return app.Config{
		Listen: c.Listen, MetricsListen: c.MetricsListen, ProfilesListen: c.PprofListen,
		URL: c.URL, Name: c.Name, Version: version(),
		OpenRegistration: c.Registration == "open", SignupHost: c.SignupHost == "on", WithoutRateLimits: c.RateLimits == "off", TrustedProxies: c.TrustedProxies,
		Database:  database,
		IDs:       store.IDKind(c.IDs),
		API:       c.apiFlags.limits(),
		Streaming: c.limitFlags.limits(),
		HTTP:      c.httpFlags.limits(), KeepAlive: c.KeepAlive,
		EventLog: c.apiFlags.eventLog(),
	}
}

// Run implements the command.
func (c *serveCmd) Run(env *environment, log *slog.Logger) error {
	return serve(env, log, c.config(), nil)
}

// serve runs a server until the process is asked to end. beforeAddress, if not
// nil, is called when the server serves, before its address is printed.
func serve(env *environment, log *slog.Logger, cfg app.Config, beforeAddress func(context.Context, *app.App) error) error {
	ctx, stop := signal.NotifyContext(env.ctx, syscall.SIGTERM, os.Interrupt)
	defer stop()
	cfg.Logger = log
	cfg.Hooks.Draining = stop // from then on a signal ends the process at once
	cfg.Hooks.Ready = func(ctx context.Context, a *app.App) error {
		if beforeAddress != nil {
			if err := beforeAddress(ctx, a); err != nil {
				return err
			}
		}
		return printAddresses(env, a)
	}
	a, err := app.New(ctx, cfg)
	if err != nil {
		return settingMistake(err)
	}
	return a.Run(ctx)
}

// printAddresses tells people and scripts where the server is.
func printAddresses(env *environment, a *app.App) error {
	if _, err := fmt.Fprintf(env.stdout, "notewire is listening on http://%s\n", a.Addr()); err != nil {
		return err
	}
	if a.MetricsAddr() == "" {
		return nil
	}
	_, err := fmt.Fprintf(env.stdout, "notewire shows metrics on http://%s/metrics\n", a.MetricsAddr())
	return err
}

// settingMistake turns the refusal of a setting into a mistake in the command
// line; other errors are answered as they are.
func settingMistake(err error) error {
	var refused *app.SettingError
	if errors.As(err, &refused) {
		return usageError{refused.Error()}
	}
	return err
}
