package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"notewire/protocol"
	"notewire/store"
)

var (
	errPushNoSuchList     = clientError("No such list.", "NO_SUCH_LIST", "2214501d-ac96-4049-b717-91e42272a711")
	errPushNoSuchUser     = clientError("No such user.", "NO_SUCH_USER", "a89abd3d-f0bc-4cce-beb1-2f446f4f1e6a")
	errAlreadyAdded       = clientError("That user has already been added to that list.", "ALREADY_ADDED", "1de7c884-1595-49e9-857e-61f12f4d4fc5")
	errPushBlocked        = clientError("You cannot push this user because you have been blocked by this user.", "YOU_HAVE_BEEN_BLOCKED", "990232c5-3f9d-4d83-9f3f-ef27b6332a4b")
	errTooManyListMembers = clientError("You can not push users any more.", "TOO_MANY_USERS", "2dd9752e-a338-413d-8eec-41814430989b")
)

// usersListsPush adds a user to a list of who is calling.
func usersListsPush() endpoint {
	return define(meta{
		name: "users/lists/push", credential: true, permission: "write:account",
		limit:  &limit{duration: time.Hour, max: 30},
		params: membershipSchema(),
		errors: []*Error{errPushNoSuchList, errPushNoSuchUser, errAlreadyAdded, errPushBlocked, errTooManyListMembers},
	}, func(ctx context.Context, c *Call, p membershipParams) (nothing, error) {
		return nothing{}, c.withMember(ctx, p, errPushNoSuchList, errPushNoSuchUser,
			func(ctx context.Context, w *Work, l *store.UserList, _ *store.User) error {
				// Locked, so that they do not block the owner meanwhile.
				_, u, err := lockPair(ctx, w, l.UserID, p.UserID)
				if err != nil {
					return fmt.Errorf("locking two users: %w", err)
				}
				if u.ID != l.UserID {
					r, err := standing(ctx, w, l.UserID, u.ID)
					if err != nil {
						return err
					}
					if r.IsBlocked {
						return errPushBlocked
					}
				}
				return w.enlist(ctx, l, u)
			})
	})
}

// enlist adds a user to a list and tells of it.
func (w *Work) enlist(ctx context.Context, l *store.UserList, u *store.User) error {
	m := &store.ListMember{ID: w.call.NewID(), CreatedAt: w.call.Now, ListID: l.ID, UserID: u.ID}
	added, err := w.CreateListMember(ctx, m, protocol.DefaultPolicies().UserEachUserListsLimit)
	switch {
	case errors.Is(err, store.ErrConflict):
		return errAlreadyAdded
	case errors.Is(err, store.ErrNotFound): // deleted meanwhile
		return errPushNoSuchList
	case err != nil:
		return fmt.Errorf("adding a user to a list: %w", err)
	case !added:
		return errTooManyListMembers
	}
	err = w.EmitInternal(ctx, store.InternalListMember, store.RelationChange{Actor: l.UserID, Target: u.ID, ListID: l.ID})
	if err != nil {
		return err
	}
	return w.Emit(ctx, store.UserListTopic(l.ID), store.ListUserAdded, w.call.Packer().PackUserLite(u))
}
