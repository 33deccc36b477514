package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"notewire/cmd/notewire/app"
	"notewire/store"
)

// devCmd is serve for people who write clients: everything is open, nothing
// is kept, and there are people to play with.
type devCmd struct {
	Listen       string `help:"Address to listen on." default:"${listen}"`
	URL          string `help:"Address under which clients reach the server (default: http:// and --listen)." placeholder:"URL"`
	Database     string `help:"Where the data is (default: a new SQLite file that is gone afterwards)." default:"sqlite::memory:" placeholder:"URL" env:"-"`
	RateLimits   string `help:"Misskey's rate limits of the API: on or off." enum:"on,off" default:"off"`
	Registration string `help:"Who may sign up: open or closed." enum:"open,closed" default:"open"`
	idFlags
	metricsFlags
	limitFlags
	httpFlags
}

// demoUsers are there from the start. Their tokens are the same each time, so
// that scripts can have them written down, which is why dev is for one's own
// machine. Their passwords are their names.
var demoUsers = []newUser{
	{username: "admin", token: "admintoken000000", admin: true},
	{username: "alice", token: "alicetoken000000"},
	{username: "bob", token: "bobtoken00000000"},
	{username: "carol", token: "caroltoken000000", locked: true},
}

// devPasswordCost is bcrypt's least: nobody's secrets are kept here.
const devPasswordCost = 4

// Validate does for dev what it does for serve.
func (c *devCmd) Validate() error {
	if err := refuseZeros(c.limitFlags.counts(), c.httpFlags.counts()); err != nil {
		return err
	}
	if err := c.limitFlags.validate(); err != nil {
		return err
	}
	return c.config("").Validate()
}

// config translates the flags. files is the folder for uploaded files.
func (c *devCmd) config(files string) app.Config {
	return app.Config{
		Listen: c.Listen, MetricsListen: c.MetricsListen,
		URL: c.URL, Name: "Notewire dev", Version: version(),
		OpenRegistration: c.Registration == "open", SignupHost: true, WithoutRateLimits: c.RateLimits == "off",
		Database:  app.DatabaseConfig{URL: c.Database},
		IDs:       store.IDKind(c.IDs),
		API:       app.APILimits{Files: files, PasswordCost: devPasswordCost},
		Streaming: c.limitFlags.limits(),
		HTTP:      c.httpFlags.limits(), KeepAlive: c.KeepAlive,
	}
}

// Run implements the command.
func (c *devCmd) Run(env *environment, log *slog.Logger) error {
	files, err := os.MkdirTemp("", "notewire-files-")
	if err != nil {
		return fmt.Errorf("making a folder for files: %w", err)
	}
	defer func() { _ = os.RemoveAll(files) }()
	return serve(env, log, c.config(files), func(ctx context.Context, a *app.App) error {
		lines, err := makeDemoUsers(ctx, accounts{db: a.Database().Queries(), ids: a.IDs(), cost: devPasswordCost})
		if err != nil {
			return fmt.Errorf("making the demo users: %w", err)
		}
		printIntroduction(env.stdout, a.URL(), lines)
		return nil
	})
}

// makeDemoUsers makes the demo users who are not there yet, and answers a line
// "user id token" for each. If a user of such a name has another token, the
// database is somebody's own, and an error says so.
func makeDemoUsers(ctx context.Context, a accounts) ([]string, error) {
	var lines []string
	for _, n := range demoUsers {
		u, err := a.db.UserByName(ctx, n.username, "")
		switch {
		case errors.Is(err, store.ErrNotFound):
			n.password = n.username
			if u, err = a.create(ctx, n); err != nil {
				return nil, err
			}
		case err != nil:
			return nil, err
		default:
			who, err := a.db.IdentityByTokenHash(ctx, store.HashToken(n.token))
			if errors.Is(err, store.ErrNotFound) || err == nil && who.User.ID != u.ID {
				return nil, fmt.Errorf("%s is there already and is not the demo user; dev wants a database of its own", handle(u))
			}
			if err != nil {
				return nil, err
			}
		}
		lines = append(lines, fmt.Sprintf("%s %s %s", u.Username, u.ID, n.token))
	}
	return lines, nil
}

// printIntroduction prints who the demo users are and what can be tried.
func printIntroduction(w io.Writer, url string, lines []string) {
	ws := "ws" + strings.TrimPrefix(url, "http")
	fmt.Fprintf(w, `Notewire dev server. The demo users (user id token; password = user name):

%s

Watch the local timeline as alice:

  npx wscat -c '%s/streaming?i=alicetoken000000'
  > {"type":"connect","body":{"channel":"localTimeline","id":"1","pong":true}}

Post as bob, and see it arrive:

  curl -s %s/api/notes/create -H 'Content-Type: application/json' \
    -d '{"i":"bobtoken00000000","text":"hello"}'

Then try homeTimeline, main, or {"type":"subNote","body":{"id":"<note id>"}} and a reaction:

  curl -s %s/api/notes/reactions/create -H 'Content-Type: application/json' \
    -d '{"i":"alicetoken000000","noteId":"<note id>","reaction":"👍"}'

carol is locked: she approves her followers. More users: POST /api/signup {username, password};
with "host" they are remote ones. Stop with Ctrl-C; nothing is kept.

`, strings.Join(lines, "\n"), ws, url, url)
}
