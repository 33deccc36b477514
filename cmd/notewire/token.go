package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"text/tabwriter"

	"notewire/store"
)

// tokenCmd gathers what can be done to access tokens.
type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Make a token for a user; prints it, once."`
	List   tokenListCmd   `cmd:"" help:"List a user's tokens (their ids: the tokens themselves are not kept)."`
	Revoke tokenRevokeCmd `cmd:"" help:"Revoke tokens of a user: their sessions end at once."`
}

type tokenCreateCmd struct {
	User string `arg:"" help:"Name, name@host or id."`
	databaseFlags
	idFlags
	Name       string   `help:"What the token is for, shown in lists." default:"command line" env:"-"`
	Permission []string `help:"Permission such as read:account or write:notes; may be given more than once (default: everything)." placeholder:"NAME" env:"-"`
}

// Run implements the command.
func (c *tokenCreateCmd) Run(env *environment, log *slog.Logger) error {
	return withUser(env, log, c.databaseFlags, 0, c.User, func(ctx context.Context, a accounts, u *store.User) error {
		if err := a.prepareIDs(ctx, c.IDs); err != nil {
			return err
		}
		_, token, err := a.createToken(ctx, u, c.Name, c.Permission)
		if err != nil {
			return fmt.Errorf("making the token: %w", err)
		}
		fmt.Fprintln(env.stdout, token)
		return nil
	})
}

type tokenListCmd struct {
	User string `arg:"" help:"Name, name@host or id."`
	databaseFlags
}

// Run implements the command.
func (c *tokenListCmd) Run(env *environment, log *slog.Logger) error {
	return withUser(env, log, c.databaseFlags, 0, c.User, func(ctx context.Context, a accounts, u *store.User) error {
		tokens, err := a.db.Tokens(ctx, u.ID)
		if err != nil {
			return err
		}
		out := tabwriter.NewWriter(env.stdout, 0, 8, 2, ' ', 0)
		fmt.Fprintln(out, "ID\tNAME\tCREATED\tLAST USED\tPERMISSIONS")
		for _, t := range tokens {
			used, may := "never", "all"
			if !t.LastUsedAt.IsZero() {
				used = t.LastUsedAt.UTC().Format("2006-01-02 15:04")
			}
			if !t.Native {
				may = strings.Join(t.Permissions, ",")
			}
			fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", t.ID, t.Name, t.CreatedAt.UTC().Format("2006-01-02 15:04"), used, may)
		}
		return out.Flush()
	})
}

type tokenRevokeCmd struct {
	User string   `arg:"" help:"Name, name@host or id."`
	ID   []string `arg:"" optional:"" help:"Ids of tokens, see notewire token list."`
	databaseFlags
	All bool `help:"All tokens of the user." env:"-"`
}

// Run implements the command.
func (c *tokenRevokeCmd) Run(env *environment, log *slog.Logger) error {
	if c.All == (len(c.ID) > 0) {
		return usagef("name the ids of tokens, or --all")
	}
	wanted := map[string]bool{}
	for _, id := range c.ID {
		wanted[id] = true
	}
	return withUser(env, log, c.databaseFlags, 0, c.User, func(ctx context.Context, a accounts, u *store.User) error {
		n, err := a.revokeTokens(ctx, u, func(t *store.AccessToken) bool { return c.All || wanted[t.ID] })
		if err != nil {
			return fmt.Errorf("revoking tokens: %w", err)
		}
		if n < len(wanted) {
			return fmt.Errorf("%d of %d tokens are not (or no longer) of %s; the others were revoked", len(wanted)-n, len(wanted), handle(u))
		}
		fmt.Fprintf(env.stdout, "revoked %d\n", n)
		return nil
	})
}
