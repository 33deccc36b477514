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

// accounts carries out what operators ask for on users and tokens. It writes to
// the database; servers that run on the same database learn of it from the event
// log.
type accounts struct {
	db   *relational.DB
	ids  *store.IDs // see prepareIDs; nil where no ids are made
	cost int        // of password hashes

	database *app.Database // for prepareIDs
}

// prepareIDs is called before users and tokens are made. asked is the kind of
// ids that the operator asked for; empty means the database's kind.
func (a *accounts) prepareIDs(ctx context.Context, asked string) (err error) {
	a.ids, err = a.database.IDs(ctx, store.IDKind(asked))
	return err
}

// newUser says what account to make.
type newUser struct {
	username, host, password string
	token                    string // its first native token
	locked, admin            bool
}

// create makes a user with a first token.
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

// updateUser changes a user within tx, and appends the event from which servers
// learn what it means for the user's sessions.
func updateUser(ctx context.Context, tx *relational.Tx, typ string, r store.Revocation, change func(*store.User)) error {
	u, err := tx.UserForUpdate(ctx, r.UserID)
	if err != nil {
		return err
	}
	change(u)
	u.UpdatedAt = time.Now()
	if err := tx.UpdateUser(ctx, u); err != nil {
		return err
	}
	return appendRevocation(ctx, tx, typ, r)
}

// appendRevocation appends an event about the sessions of a user.
func appendRevocation(ctx context.Context, tx *relational.Tx, typ string, r store.Revocation) error {
	e, err := store.Internal(typ, r)
	if err != nil {
		return err
	}
	return tx.AppendEvents(ctx, e)
}

// suspend suspends a user, whose sessions end.
func (a accounts) suspend(ctx context.Context, u *store.User) error {
	return a.db.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error {
		return updateUser(ctx, tx, store.InternalSuspended, store.Revocation{UserID: u.ID, Gone: true}, func(u *store.User) { u.IsSuspended = true })
	})
}

// unsuspend takes a suspension back.
func (a accounts) unsuspend(ctx context.Context, u *store.User) error {
	return a.db.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error {
		return updateUser(ctx, tx, store.InternalSuspended, store.Revocation{UserID: u.ID}, func(u *store.User) { u.IsSuspended = false })
	})
}

// delete marks a user deleted, revokes their tokens and ends their sessions.
// Their notes stay.
func (a accounts) delete(ctx context.Context, u *store.User) error {
	return a.db.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error {
		if err := updateUser(ctx, tx, store.InternalDeleted, store.Revocation{UserID: u.ID, Gone: true}, func(u *store.User) { u.IsDeleted = true }); err != nil {
			return err
		}
		_, err := revokeTokens(ctx, tx, u.ID, func(*store.AccessToken) bool { return true })
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

// createToken makes a token for a user: a native one, which may do everything, if
// permissions is empty, otherwise an app's.
func (a accounts) createToken(ctx context.Context, u *store.User, name string, permissions []string) (id, token string, err error) {
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

// revokeTokens deletes the tokens of a user that are chosen, and ends their
// sessions. It answers how many there were.
func (a accounts) revokeTokens(ctx context.Context, u *store.User, chosen func(*store.AccessToken) bool) (n int, err error) {
	err = a.db.InTx(ctx, func(ctx context.Context, tx *relational.Tx) error {
		n, err = revokeTokens(ctx, tx, u.ID, chosen)
		return err
	})
	return n, err
}

func revokeTokens(ctx context.Context, tx *relational.Tx, user store.UserID, chosen func(*store.AccessToken) bool) (int, error) {
	tokens, err := tx.Tokens(ctx, user)
	if err != nil {
		return 0, err
	}
	var ids []string
	for _, t := range tokens {
		if chosen(t) {
			ids = append(ids, t.ID)
		}
	}
	gone, err := tx.DeleteTokens(ctx, user, ids...)
	if err != nil || len(gone) == 0 {
		return 0, err
	}
	return len(gone), appendRevocation(ctx, tx, store.InternalTokenRevoked, store.Revocation{UserID: user, TokenIDs: gone, Gone: true})
}

// handle is how people write a user: @name or @name@host.
func handle(u *store.User) string {
	if u.Local() {
		return "@" + u.Username
	}
	return "@" + u.Username + "@" + u.Host
}
