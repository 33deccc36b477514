package api

import (
	"context"
	"errors"

	"notewire/store"
)

var (
	errPullNoSuchList = clientError("No such list.", "NO_SUCH_LIST", "7f44670e-ab16-43b8-b4c1-ccd2ee89cc02")
	errPullNoSuchUser = clientError("No such user.", "NO_SUCH_USER", "588e7f72-c744-4a61-b180-d354e912bda2")
)

// usersListsPull takes a user out of a list of who is calling. That they are
// not in it is no error.
func usersListsPull() endpoint {
	return define(meta{
		name: "users/lists/pull", credential: true, permission: "write:account",
		params: membershipSchema(),
		errors: []*Error{errPullNoSuchList, errPullNoSuchUser},
	}, func(ctx context.Context, c *Call, p membershipParams) (nothing, error) {
		return nothing{}, c.withMember(ctx, p, errPullNoSuchList, errPullNoSuchUser,
			func(ctx context.Context, w *Work, l *store.UserList, u *store.User) error {
				if err := w.unlist(ctx, l, u); err != nil && !errors.Is(err, store.ErrNotFound) {
					return err
				}
				return nil
			})
	})
}
