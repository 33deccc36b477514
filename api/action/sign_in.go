package action

import (
	"context"
	"errors"
	"fmt"
	"notewire/protocol"
	"notewire/store"
)

// MaxNativeTokens bounds the sign-ins of one user that stay valid; the oldest
// give way.
const MaxNativeTokens = 100

// SignIn checks a password and makes a native token. With a nil password it only
// checks that the account may sign in. client is what the program says of itself,
// for the sign-in history. Who may not sign in, learns so after the time that a
// wrong password takes. It fails with ErrNoSuchAccount, ErrAccountSuspended or
// ErrIncorrectPassword.
func (a *Actor) SignIn(ctx context.Context, username string, password *string, client map[string]string) (*store.User, string, error) {
	u, hash, refused, err := a.mayTrySignIn(ctx, username)
	if err != nil {
		return nil, "", err
	}
	if password == nil {
		return u, "", refused
	}
	same, err := a.service.passwords.Matches(ctx, hash, *password)
	switch {
	case err != nil:
		return nil, "", err
	case refused != nil:
		return nil, "", refused
	case !same:
		return nil, "", ErrIncorrectPassword
	}
	token := store.NewNativeToken()
	err = a.transact(ctx, func(ctx context.Context, w *work) error {
		return w.signedIn(ctx, u.ID, store.HashToken(token), client)
	})
	return u, token, err
}

// mayTrySignIn finds the account and its password's hash, or why nobody signs
// in under that name: the hash is empty then.
func (a *Actor) mayTrySignIn(ctx context.Context, username string) (u *store.User, hash string, refused, err error) {
	u, err = a.Store().UserByName(ctx, username, "")
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && u.IsDeleted:
		return nil, "", ErrNoSuchAccount, nil
	case err != nil:
		return nil, "", nil, fmt.Errorf("looking up who signs in: %w", err)
	case u.IsSuspended:
		return nil, "", ErrAccountSuspended, nil
	}
	if hash, err = a.Store().PasswordHash(ctx, u.ID); err != nil {
		return nil, "", nil, fmt.Errorf("reading a password hash: %w", err)
	}
	return u, hash, nil, nil
}

// signedIn writes a new native token, and tells the user's other sessions.
func (w *work) signedIn(ctx context.Context, user store.UserID, hash store.TokenHash, client map[string]string) error {
	a := w.by
	if err := w.makeRoomForToken(ctx, user); err != nil {
		return err
	}
	if err := w.CreateToken(ctx, &store.AccessToken{
		ID: a.newID(), UserID: user, Hash: hash, Native: true, CreatedAt: a.Now,
	}); err != nil {
		return fmt.Errorf("creating a token: %w", err)
	}
	if err := w.notify(ctx, store.Notification{UserID: user, Type: store.NotifyLogin}, nil); err != nil {
		return err
	}
	return w.emitMain(ctx, user, store.MainSignin, signinEvent{
		ID: a.newID(), CreatedAt: protocol.FormatTime(a.Now), IP: a.Address.String(), Headers: client, Success: true,
	})
}

func (w *work) makeRoomForToken(ctx context.Context, user store.UserID) error {
	all, err := w.Tokens(ctx, user)
	if err != nil {
		return fmt.Errorf("listing tokens: %w", err)
	}
	var native []string
	for _, t := range all {
		if t.Native {
			native = append(native, t.ID)
		}
	}
	if len(native) < MaxNativeTokens {
		return nil
	}
	gone, err := w.DeleteTokens(ctx, user, native[:len(native)-MaxNativeTokens+1]...)
	if err != nil {
		return fmt.Errorf("removing the oldest tokens: %w", err)
	}
	return w.emitInternal(ctx, store.InternalTokenRevoked, store.Revocation{UserID: user, TokenIDs: gone})
}

// signinEvent tells a user of a sign-in: from where, and by what program.
type signinEvent struct {
	ID        string            `json:"id"`
	CreatedAt string            `json:"createdAt"`
	IP        string            `json:"ip"`
	Headers   map[string]string `json:"headers"`
	Success   bool              `json:"success"`
}
