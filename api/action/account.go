package action

import (
	"context"
	"errors"
	"fmt"
	"notewire/protocol"
	"notewire/store"
	"regexp"
)

// localUsername is what a local account may be called.
var localUsername = regexp.MustCompile(`^\w{1,20}$`)

// remoteHost is the host of a remote user: names, perhaps a port.
var remoteHost = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$`)

// ValidUsername says whether a local user may have the name: 1 to 20 letters,
// digits and underscores.
func ValidUsername(name string) bool { return localUsername.MatchString(name) }

// WhichAccount says which accounts CreateAccount may make.
type WhichAccount bool

// Which accounts CreateAccount may make.
const (
	AnyAccount   WhichAccount = false
	OnlyTheFirst WhichAccount = true // ErrNotTheFirst otherwise
)

// NewAccount is what an account is made of.
type NewAccount struct {
	Username, Password string
	Host               string // of a remote user, in lower case; empty: a local one
	Which              WhichAccount
}

// CreateAccount makes a user and their first native token, which is in the
// answer. The first user of all becomes administrator. It fails with
// ErrInvalidUsername, ErrInvalidPassword, ErrInvalidHost, ErrUsernameTaken or
// ErrNotTheFirst.
func (a *Actor) CreateAccount(ctx context.Context, in NewAccount) (*protocol.MeDetailed, error) {
	switch {
	case !ValidUsername(in.Username):
		return nil, ErrInvalidUsername
	case in.Password == "":
		return nil, ErrInvalidPassword
	case in.Host == a.Host():
		in.Host = ""
	case in.Host != "" && !remoteHost.MatchString(in.Host):
		return nil, ErrInvalidHost
	}
	hash, err := a.service.passwords.Hash(ctx, in.Password)
	if err != nil {
		return nil, err
	}
	token := store.NewNativeToken()
	var me protocol.MeDetailed
	err = a.transact(ctx, func(ctx context.Context, w *work) error {
		u := &store.User{
			ID: store.UserID(a.newID()), Username: in.Username, Host: in.Host, CreatedAt: a.Now,
			Settings: store.DefaultUserSettings(),
		}
		if err := w.CreateUser(ctx, u, hash); err != nil {
			if errors.Is(err, store.ErrConflict) {
				return ErrUsernameTaken
			}
			return fmt.Errorf("creating an account: %w", err)
		}
		if in.Which == OnlyTheFirst && !u.IsAdmin {
			return ErrNotTheFirst // the store tells who is first by making them administrator
		}
		if err := w.CreateToken(ctx, &store.AccessToken{
			ID: a.newID(), UserID: u.ID, Hash: store.HashToken(token), Native: true, CreatedAt: a.Now,
		}); err != nil {
			return fmt.Errorf("creating the account's token: %w", err)
		}
		var err error
		me, err = packMe(ctx, w, a.Packer(), u, true)
		return err
	})
	if err != nil {
		return nil, err
	}
	me.Token = token
	return &me, nil
}

// ChangePassword replaces the actor's password. Tokens and sessions stay. It
// fails with ErrIncorrectPassword.
func (a *Actor) ChangePassword(ctx context.Context, current, next string) error {
	if err := a.checkPassword(ctx, current); err != nil {
		return err
	}
	hash, err := a.service.passwords.Hash(ctx, next)
	if err != nil {
		return err
	}
	return a.transact(ctx, func(ctx context.Context, w *work) error {
		if err := w.SetPasswordHash(ctx, a.ViewerID(), hash); err != nil {
			return fmt.Errorf("replacing a password: %w", err)
		}
		return nil
	})
}
