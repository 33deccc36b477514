package api

import (
	"context"
	"errors"
	"fmt"

	"notewire/api/endpoint/schema"
	"notewire/store"
)

type usersListsUpdateMembershipParams struct {
	membershipParams
	WithReplies bool `json:"withReplies"`
}

// usersListsUpdateMembership says whether a member's replies to others are
// shown in the list. Misskey fails with INTERNAL_ERROR for somebody who is not
// a member; here they are NO_SUCH_USER.
func usersListsUpdateMembership() endpoint {
	return define(meta{
		name: "users/lists/update-membership", credential: true, permission: "write:account",
		params: membershipSchema(schema.Prop("withReplies", schema.Boolean())),
		errors: []*Error{errPullNoSuchList, errPullNoSuchUser},
	}, func(ctx context.Context, c *Call, p usersListsUpdateMembershipParams) (nothing, error) {
		return nothing{}, c.withMember(ctx, p.membershipParams, errPullNoSuchList, errPullNoSuchUser,
			func(ctx context.Context, w *Work, l *store.UserList, u *store.User) error {
				err := w.UpdateListMember(ctx, l.ID, u.ID, p.WithReplies)
				if errors.Is(err, store.ErrNotFound) {
					return errPullNoSuchUser
				}
				if err != nil {
					return fmt.Errorf("changing a list's member: %w", err)
				}
				return w.EmitInternal(ctx, store.InternalListMember,
					store.RelationChange{Actor: l.UserID, Target: u.ID, ListID: l.ID, WithReplies: p.WithReplies})
			})
	})
}
