package api

import (
	"context"
	"errors"
	"fmt"

	"notewire/store"
)

// The ways in which closing an account, or looking into one, is refused. All of
// them are kinder than Misskey, which fails with 500.
var (
	errAdminNoSuchUser     = clientError("No such user.", "NO_SUCH_USER", "f8b1a1a2-3f0b-4a7b-8d8d-2d5e0b6a7c11")
	errCannotSuspendStaff  = clientError("Moderators cannot be suspended.", "CANNOT_SUSPEND_MODERATOR", "0b8d7c2a-7a55-4f3e-9d02-6f1f5a9c3e20")
	errCannotDeleteAdmin   = clientError("Administrators cannot be deleted.", "CANNOT_DELETE_ADMINISTRATOR", "b5d1f0c4-91ce-4e0e-a9a7-1a4b8c9d2f35")
	errCannotShowAdminInfo = clientError("Administrators are shown to administrators only.", "CANNOT_SHOW_ADMINISTRATOR", "c7a3e9d8-5f64-4b1d-8e8b-93d0a6f2b14c")
)

// target locks the user that an administrator's endpoint is about.
func (w *Work) target(ctx context.Context, id store.UserID) (*store.User, error) {
	u, err := w.UserForUpdate(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, errAdminNoSuchUser
	}
	if err != nil {
		return nil, fmt.Errorf("reading the account: %w", err)
	}
	return u, nil
}

// setSuspended suspends an account, whose sessions end, or takes that back.
// Its tokens stay: they are good again afterwards. It does nothing to an
// account that is as it should be.
func (w *Work) setSuspended(ctx context.Context, u *store.User, suspended bool) error {
	if u.IsSuspended == suspended {
		return nil
	}
	u.IsSuspended = suspended
	u.UpdatedAt = w.call.Now
	if err := w.UpdateUser(ctx, u); err != nil {
		return fmt.Errorf("updating the account: %w", err)
	}
	return w.EmitInternal(ctx, store.InternalSuspended, store.Revocation{UserID: u.ID, Gone: suspended})
}

// deleteAccount marks an account as deleted and takes its tokens away, which
// ends its sessions. The name stays taken and the notes stay. Administrators
// cannot be deleted, so that a server never ends up without one.
func (w *Work) deleteAccount(ctx context.Context, u *store.User) error {
	if u.IsAdmin {
		return errCannotDeleteAdmin
	}
	if u.IsDeleted {
		return nil
	}
	u.IsDeleted = true
	u.UpdatedAt = w.call.Now
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
	return w.EmitInternal(ctx, store.InternalDeleted, store.Revocation{UserID: u.ID, Gone: true})
}

// checkPassword answers errIncorrectPassword unless the password is the
// caller's.
func (c *Call) checkPassword(ctx context.Context, password string) error {
	hash, err := c.Store().PasswordHash(ctx, c.ViewerID())
	if err != nil {
		return fmt.Errorf("reading a password hash: %w", err)
	}
	same, err := c.server.passwords.Matches(ctx, hash, password)
	if err != nil {
		return err
	}
	if !same {
		return errIncorrectPassword
	}
	return nil
}
