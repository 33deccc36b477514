package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"text/tabwriter"

	"notewire/cmd/notewire/app"
	"notewire/store"
)

// userCmd gathers what can be done to users.
type userCmd struct {
	Create    userCreateCmd    `cmd:"" help:"Make a user; prints 'user id token'."`
	List      userListCmd      `cmd:"" help:"List all users."`
	Suspend   userSuspendCmd   `cmd:"" help:"Suspend a user: their sessions end at once."`
	Unsuspend userUnsuspendCmd `cmd:"" help:"Take a suspension back."`
	Delete    userDeleteCmd    `cmd:"" help:"Delete a user: their sessions end at once, their tokens are revoked, their notes stay."`
	Password  userPasswordCmd  `cmd:"" help:"Set a user's password."`
}

// missingFile says what becomes of an SQLite file that is not there.
type missingFile bool

const (
	makeMissing   missingFile = false // for a first user
	refuseMissing missingFile = true  // there is nobody in it
)

// withAccounts opens the database, migrated, for one operation on accounts. cost
// is bcrypt's for passwords; 0 where none are set.
func withAccounts(env *environment, log *slog.Logger, f databaseFlags, missing missingFile, cost int, do func(context.Context, accounts) error) error {
	cfg := f.config()
	cfg.MustExist = missing == refuseMissing
	db, err := app.OpenMigrated(env.ctx, cfg, log)
	if err != nil {
		return settingMistake(err)
	}
	defer func() { _ = db.Close() }() // everything was committed
	return do(env.ctx, accounts{database: db, db: db.Queries(), cost: cost})
}

// withUser is withAccounts for a user who is there.
func withUser(env *environment, log *slog.Logger, f databaseFlags, cost int, who string, do func(context.Context, accounts, *store.User) error) error {
	return withAccounts(env, log, f, refuseMissing, cost, func(ctx context.Context, a accounts) error {
		u, err := a.find(ctx, who)
		if err != nil {
			return err
		}
		return do(ctx, a, u)
	})
}

// passwordFlags say where a password comes from. A password is never an argument,
// because arguments are visible to everybody on the machine.
type passwordFlags struct {
	PasswordFile string `help:"File whose first line is the password; - reads standard input (default: no password, or NOTEWIRE_PASSWORD)." placeholder:"FILE" env:"-"`
	PasswordCost int    `help:"bcrypt cost (4 to 31)." default:"10"`
}

// read answers the password; empty if none was given.
func (p passwordFlags) read(stdin io.Reader) (string, error) {
	if err := app.ValidPasswordCost(p.PasswordCost); err != nil {
		return "", settingMistake(err)
	}
	switch p.PasswordFile {
	case "":
		return os.Getenv("NOTEWIRE_PASSWORD"), nil
	case "-":
		return firstLine(stdin)
	}
	f, err := os.Open(p.PasswordFile)
	if err != nil {
		return "", fmt.Errorf("reading the password: %w", err)
	}
	defer func() { _ = f.Close() }()
	return firstLine(f)
}

func firstLine(r io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(r, 4<<10))
	if err != nil {
		return "", fmt.Errorf("reading the password: %w", err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	if line = strings.TrimSuffix(line, "\r"); line == "" {
		return "", errors.New("reading the password: the first line is empty")
	}
	return line, nil
}

type userCreateCmd struct {
	Username string `arg:"" help:"Name: 1 to 20 letters, digits and underscores."`
	databaseFlags
	idFlags
	passwordFlags
	Host   string `help:"Host of a remote user (default: local)." env:"-"`
	Locked bool   `help:"Follows need approval." env:"-"`
	Admin  bool   `help:"Administrator; the first local user always is." env:"-"`
}

// Run implements the command.
func (c *userCreateCmd) Run(env *environment, log *slog.Logger) error {
	password, err := c.read(env.stdin)
	if err != nil {
		return err
	}
	return withAccounts(env, log, c.databaseFlags, makeMissing, c.PasswordCost, func(ctx context.Context, a accounts) error {
		if err := a.prepareIDs(ctx, c.IDs); err != nil {
			return err
		}
		token := store.NewNativeToken()
		u, err := a.create(ctx, newUser{username: c.Username, host: c.Host, password: password, token: token, locked: c.Locked, admin: c.Admin})
		if err != nil {
			return err
		}
		fmt.Fprintln(env.stdout, u.Username, u.ID, token)
		return nil
	})
}

type userListCmd struct {
	databaseFlags
}

// Run implements the command.
func (c *userListCmd) Run(env *environment, log *slog.Logger) error {
	return withAccounts(env, log, c.databaseFlags, refuseMissing, 0, func(ctx context.Context, a accounts) error {
		const page = 100
		out := tabwriter.NewWriter(env.stdout, 0, 8, 2, ' ', 0)
		fmt.Fprintln(out, "ID\tUSER\tCREATED\tNOTES\tSTATE")
		for after := "0"; ; { // below every id, so that the list ascends
			users, err := a.db.UserList(ctx, store.Page{SinceID: after, Limit: page})
			if err != nil {
				return err
			}
			for _, u := range users {
				fmt.Fprintf(out, "%s\t%s\t%s\t%d\t%s\n", u.ID, handle(u), u.CreatedAt.UTC().Format("2006-01-02 15:04"), u.NotesCount, state(u))
				after = string(u.ID)
			}
			if len(users) < page {
				return out.Flush()
			}
		}
	})
}

// state names what sets a user apart, with commas between.
func state(u *store.User) string {
	var words []string
	for _, s := range []struct {
		is   bool
		word string
	}{{u.IsAdmin, "admin"}, {u.IsModerator, "moderator"}, {u.IsLocked, "locked"}, {u.IsSuspended, "suspended"}, {u.IsDeleted, "deleted"}} {
		if s.is {
			words = append(words, s.word)
		}
	}
	return strings.Join(words, ",")
}

type userSuspendCmd struct {
	User string `arg:"" help:"Name, name@host or id."`
	databaseFlags
}

// Run implements the command.
func (c *userSuspendCmd) Run(env *environment, log *slog.Logger) error {
	return withUser(env, log, c.databaseFlags, 0, c.User, func(ctx context.Context, a accounts, u *store.User) error {
		return a.suspend(ctx, u)
	})
}

type userUnsuspendCmd struct {
	User string `arg:"" help:"Name, name@host or id."`
	databaseFlags
}

// Run implements the command.
func (c *userUnsuspendCmd) Run(env *environment, log *slog.Logger) error {
	return withUser(env, log, c.databaseFlags, 0, c.User, func(ctx context.Context, a accounts, u *store.User) error {
		return a.unsuspend(ctx, u)
	})
}

type userDeleteCmd struct {
	User string `arg:"" help:"Name, name@host or id."`
	databaseFlags
}

// Run implements the command.
func (c *userDeleteCmd) Run(env *environment, log *slog.Logger) error {
	return withUser(env, log, c.databaseFlags, 0, c.User, func(ctx context.Context, a accounts, u *store.User) error {
		return a.delete(ctx, u)
	})
}

type userPasswordCmd struct {
	User string `arg:"" help:"Name, name@host or id."`
	databaseFlags
	passwordFlags
}

// Run implements the command.
func (c *userPasswordCmd) Run(env *environment, log *slog.Logger) error {
	password, err := c.read(env.stdin)
	if err != nil {
		return err
	}
	if password == "" {
		return usagef("give the password with --password-file or NOTEWIRE_PASSWORD")
	}
	return withUser(env, log, c.databaseFlags, c.PasswordCost, c.User, func(ctx context.Context, a accounts, u *store.User) error {
		return a.setPassword(ctx, u, password)
	})
}
