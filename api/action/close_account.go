package action

import (
	"context"
	"errors"
	"fmt"

	"notewire/store"
)

// target locks the user whom a moderator acts on: ErrNoSuchUser.
func (w *work) target(ctx context.Context, id store.UserID) (*store.User, error) {
	u, err := w.UserForUpdate(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrNoSuchUser
	}
	if err != nil {
		return nil, fmt.Errorf("reading the account: %w", err)
	}
	return u, nil
}

// setSuspended suspends an account, whose sessions end, or takes that back.
// Its tokens stay: they are good again afterwards. It does nothing to an
// account that is as it should be.
func (w *work) setSuspended(ctx context.Context, u *store.User, suspended bool) error {
	if u.IsSuspended == suspended {
		return nil
	}
	u.IsSuspended = suspended
	u.UpdatedAt = w.by.Now
	if err := w.UpdateUser(ctx, u); err != nil {
		return fmt.Errorf("updating the account: %w", err)
	}
	return w.emitInternal(ctx, store.InternalSuspended, store.Revocation{UserID: u.ID, Gone: suspended})
}

// deleteAccount marks an account as deleted and takes its tokens away, which
// ends its sessions. The name stays taken and the notes stay. Administrators
// cannot be deleted, so that a server never ends up without one.
func (w *work) deleteAccount(ctx context.Context, u *store.User) error {
	if u.IsAdmin {
		return ErrCannotDeleteAdmin
	}
	if u.IsDeleted {
		return nil
	}
	u.IsDeleted = true
	u.UpdatedAt = w.by.Now
	if err := w.UpdateUser(ctx, u); err != nil {
		return fmt.Errorf("updating the account: %w", err)
	}
	tokens, err := w.Tokens(ctx, u.ID)
	if err != nil {
		return fmt.Errorf("listing tokens: %w", err)
	}
	ids := make([]string, len(tokens))
	for i, t := range tokens {
		ids[i] = t.ID
	}
	if _, err := w.DeleteTokens(ctx, u.ID, ids...); err != nil {
		return fmt.Errorf("revoking tokens: %w", err)
	}
	return w.emitInternal(ctx, store.InternalDeleted, store.Revocation{UserID: u.ID, Gone: true})
}

// checkPassword answers ErrIncorrectPassword unless the password is the
// actor's.
func (a *Actor) checkPassword(ctx context.Context, password string) error {
	hash, err := a.Store().PasswordHash(ctx, a.ViewerID())
	if err != nil {
		return fmt.Errorf("reading a password hash: %w", err)
	}
	same, err := a.service.passwords.Matches(ctx, hash, password)
	if err != nil {
		return err
	}
	if !same {
		return ErrIncorrectPassword
	}
	return nil
}

// SuspendUser shuts an account out: its sessions end, its tokens are refused. It
// fails with ErrNoSuchUser, or with ErrCannotSuspendStaff for moderators and
// administrators.
func (a *Actor) SuspendUser(ctx context.Context, id store.UserID) error {
	return a.transact(ctx, func(ctx context.Context, w *work) error {
		u, err := w.target(ctx, id)
		if err != nil {
			return err
		}
		if u.IsModerator || u.IsAdmin {
			return ErrCannotSuspendStaff
		}
		return w.setSuspended(ctx, u, true)
	})
}

// UnsuspendUser lets a suspended account in again, with the tokens that it had.
// It fails with ErrNoSuchUser.
func (a *Actor) UnsuspendUser(ctx context.Context, id store.UserID) error {
	return a.transact(ctx, func(ctx context.Context, w *work) error {
		u, err := w.target(ctx, id)
		if err != nil {
			return err
		}
		return w.setSuspended(ctx, u, false)
	})
}

// DeleteUser deletes somebody's account. The name stays taken and the notes
// stay. It fails with ErrNoSuchUser or ErrCannotDeleteAdmin.
func (a *Actor) DeleteUser(ctx context.Context, id store.UserID) error {
	return a.transact(ctx, func(ctx context.Context, w *work) error {
		u, err := w.target(ctx, id)
		if err != nil {
			return err
		}
		return w.deleteAccount(ctx, u)
	})
}

// DeleteOwnAccount deletes the actor's account, who knows its password. It fails
// with ErrIncorrectPassword or ErrCannotDeleteAdmin.
func (a *Actor) DeleteOwnAccount(ctx context.Context, password string) error {
	if err := a.checkPassword(ctx, password); err != nil {
		return err
	}
	return a.transact(ctx, func(ctx context.Context, w *work) error {
		u, err := w.UserForUpdate(ctx, a.ViewerID())
		if err != nil {
			return fmt.Errorf("reading the account: %w", err)
		}
		return w.deleteAccount(ctx, u)
	})
}
