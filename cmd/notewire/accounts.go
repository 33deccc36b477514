package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"notewire/api/action"
	"notewire/api/password"
	"notewire/cmd/notewire/app"
	"notewire/store"
	"notewire/store/relational"
)

// accounts does to users and tokens what operators ask for on the command
// line. It writes to the database; servers that run on it hear of it through
// the event log.
type accounts struct {
	db   *relational.DB
	ids  *store.IDs // see settleIDs; nil where none are made
	cost int        // of password hashes

	database *app.Database // for settleIDs
}

// settleIDs prepares for making users and tokens. asked is the kind of ids,
// empty for the database's.
func (a *accounts) settleIDs(ctx context.Context, asked string) (err error) {
	a.ids, err = a.database.IDs(ctx, store.IDKind(asked))
	return err
}

// newUser says what account to make.
type newUser struct {
	username, host, password string
	token                    string // its first native token
	locked, admin            bool
}

func (a accounts) create(ctx context.Context, n newUser) (*store.User, error) {
	if !action.ValidUsername(n.username) {
		return nil, usagef("a username has 1 to 20 letters, digits and underscores")
	}
	hash := "" // nobody can sign in
	if n.password != "" {
		var err error
		if hash, err = password.Hash(n.password, a.cost); err != nil {
			return nil, err
		}
	}
	var u *store.User
	err := a.insert(ctx, func(ctx context.Context, tx *relational.Tx) error {
		now := time.Now()
		u = &store.User{
			ID: store.UserID(a.ids.New(now)), Username: n.username, Host: strings.ToLower(n.host), CreatedAt: now,
			IsLocked: n.locked, IsAdmin: n.admin, Settings: store.DefaultUserSettings(),
		}
		if err := tx.CreateUser(ctx, u, hash); err != nil {
			return err
		}
		return tx.CreateToken(ctx, &store.AccessToken{
			ID: a.ids.New(now), UserID: u.ID, Hash: store.HashToken(n.token), Native: true, CreatedAt: now,
		})
	})
	switch {
	case errors.Is(err, store.ErrConflict):
		return nil, fmt.Errorf("there is a user %s already", handle(u))
	case err != nil:
		return nil, fmt.Errorf("making the user: %w", err)
	}
	return u, nil
}

// insert runs a transaction that makes ids, again while one of them is taken.
func (a accounts) insert(ctx context.Context, do func(context.Context, *relational.Tx) error) error {
	return store.WithFreshIDs(ctx, func(ctx context.Context) error { return a.db.InTx(ctx, do) })
}

// find looks a user up by what people type: name, name@host, or id.
func (a accounts) find(ctx context.Context, who string) (*store.User, error) {
	name, host, _ := strings.Cut(strings.TrimPrefix(who, "@"), "@")
	u, err := a.db.UserByName(ctx, name, host)
	if errors.Is(err, store.ErrNotFound) {
		u, err = a.db.User(ctx, store.UserID(who))
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("there is no user %q; notewire user list shows all", who)
	}
	if err != nil {
		return nil, fmt.Errorf("looking up the user: %w", err)
	}
	return u, nil
}

// change changes a user within tx, and tells the running servers with one
// event.
func change(ctx context.Context, tx *relational.Tx, id store.UserID, typ string, gone bool, change func(*store.User)) error {
	u, err := tx.UserForUpdate(ctx, id)
	if err != nil {
		return err
	}
	change(u)
	u.UpdatedAt = time.Now()
	if err := tx.UpdateUser(ctx, u); err != nil {
		return err
	}
	return tell(ctx, tx, typ, store.Revocation{UserID: id, Gone: gone})
}

// tell appends an event that ends sessions.
func tell(ctx context.Context, tx *relational.Tx, typ string, r store.Revocation) error {
	e, err := store.Internal(typ, r)
	if err != nil {
		return err
	}
	return tx.AppendEvents(ctx, e)
}

// setSuspended suspends a user, whose sessions end, or takes that back.
func (a accounts) setSuspended(ctx context.Context, u *store.User, suspended bool) error {
	return a.db.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error {
		return change(ctx, tx, u.ID, store.InternalSuspended, suspended, func(u *store.User) { u.IsSuspended = suspended })
	})
}

// delete marks a user deleted, revokes their tokens and ends their sessions.
// Their notes stay.
func (a accounts) delete(ctx context.Context, u *store.User) error {
	return a.db.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error {
		if err := change(ctx, tx, u.ID, store.InternalDeleted, true, func(u *store.User) { u.IsDeleted = true }); err != nil {
			return err
		}
		_, err := revoke(ctx, tx, u.ID, func(*store.AccessToken) bool { return true })
		return err
	})
}

// setPassword replaces a user's password. Sessions stay.
func (a accounts) setPassword(ctx context.Context, u *store.User, plain string) error {
	hash, err := password.Hash(plain, a.cost)
	if err != nil {
		return err
	}
	return a.db.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error { return tx.SetPasswordHash(ctx, u.ID, hash) })
}

// issue makes a token for a user: a native one if it has no permissions.
func (a accounts) issue(ctx context.Context, u *store.User, name string, permissions []string) (id, token string, err error) {
	t := &store.AccessToken{UserID: u.ID, Name: name, Permissions: permissions, Native: len(permissions) == 0}
	token = store.NewAppToken()
	if t.Native {
		token = store.NewNativeToken()
	}
	t.Hash = store.HashToken(token)
	err = a.insert(ctx, func(ctx context.Context, tx *relational.Tx) error {
		t.CreatedAt = time.Now()
		t.ID = a.ids.New(t.CreatedAt)
		return tx.CreateToken(ctx, t)
	})
	return t.ID, token, err
}

// revoke deletes those of the user's tokens that which picks, and ends their
// sessions. It answers how many there were.
func (a accounts) revoke(ctx context.Context, u *store.User, which func(*store.AccessToken) bool) (n int, err error) {
	err = a.db.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error {
		n, err = revoke(ctx, tx, u.ID, which)
		return err
	})
	return n, err
}

func revoke(ctx context.Context, tx *relational.Tx, user store.UserID, which func(*store.AccessToken) bool) (int, error) {
	tokens, err := tx.Tokens(ctx, user)
	if err != nil {
		return 0, err
	}
	var ids []string
	for _, t := range tokens {
		if which(t) {
			ids = append(ids, t.ID)
		}
	}
	gone, err := tx.DeleteTokens(ctx, user, ids...)
	if err != nil || len(gone) == 0 {
		return 0, err
	}
	return len(gone), tell(ctx, tx, store.InternalTokenRevoked, store.Revocation{UserID: user, TokenIDs: gone, Gone: true})
}

// handle is how people write a user: @name or @name@host.
func handle(u *store.User) string {
	if u.Local() {
		return "@" + u.Username
	}
	return "@" + u.Username + "@" + u.Host
}
