package main

import (
	"io"
	"log/slog"

	"github.com/alecthomas/kong"
)

// cli is the whole command line. Each command is a file of its own. What is
// asked of one run only, such as --check, has the tag env:"-": it comes from the
// command line alone, so that neither a file nor the environment that commands
// share can mean it by accident.
type cli struct {
	Config    string           `help:"YAML file with settings, named like the flags." placeholder:"FILE"`
	LogLevel  string           `help:"Least level that is logged: debug, info, warn or error." enum:"debug,info,warn,error" default:"info"`
	LogFormat string           `help:"Form of the log: text or json." enum:"text,json" default:"text"`
	Version   kong.VersionFlag `help:"Print the version and end." env:"-"`

	Serve   serveCmd   `cmd:"" help:"Run the server."`
	Dev     devCmd     `cmd:"" help:"Run a server for developers: embedded throwaway database, demo users, open registration."`
	Migrate migrateCmd `cmd:"" help:"Bring the database to this program's schema."`
	User    userCmd    `cmd:"" help:"Make, list, suspend and delete users."`
	Token   tokenCmd   `cmd:"" help:"Make, list and revoke access tokens."`
}

// AfterApply makes the logger that all commands use.
func (c *cli) AfterApply(kctx *kong.Context) error {
	log, err := newLogger(kctx.Stderr, c.LogLevel, c.LogFormat)
	if err != nil {
		return err
	}
	kctx.Bind(log)
	return nil
}

func newLogger(w io.Writer, level, format string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, usagef("--log-level: %v", err)
	}
	opts := &slog.HandlerOptions{Level: l}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, opts)), nil
	}
	return slog.New(slog.NewTextHandler(w, opts)), nil
}
