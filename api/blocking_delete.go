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
	errUnblockNoSuchUser = clientError("No such user.", "NO_SUCH_USER", "8621d8bf-c358-4303-a066-5ea78610eb3f")
	errUnblockYourself   = clientError("Blockee is yourself.", "BLOCKEE_IS_YOURSELF", "06f6fac6-524b-473c-a354-e97a40ae6eac")
	errNotBlocking       = clientError("You are not blocking that user.", "NOT_BLOCKING", "291b2efa-60c6-45c0-9f6a-045c8f9b02cd")
)

// blockingDelete ends a block. What the block ended does not come back.
func blockingDelete() endpoint {
	return define(meta{
		name: "blocking/delete", credential: true, permission: "write:blocks",
		limit:  &limit{duration: time.Hour, max: 100},
		params: userSchema(),
		errors: []*Error{errUnblockNoSuchUser, errUnblockYourself, errNotBlocking},
	}, func(ctx context.Context, c *Call, p userParams) (profile protocol.UserDetailed, err error) {
		err = c.withUser(ctx, p.UserID, errUnblockYourself, errUnblockNoSuchUser,
			func(ctx context.Context, w *Work, me, other *store.User) error {
				_, err := w.DeleteBlock(ctx, me.ID, other.ID)
				if errors.Is(err, store.ErrNotFound) {
					return errNotBlocking
				}
				if err != nil {
					return fmt.Errorf("ending a block: %w", err)
				}
				err = w.EmitInternal(ctx, store.InternalUnblock, store.RelationChange{Actor: me.ID, Target: other.ID})
				if err != nil {
					return err
				}
				profile, err = w.profileNow(ctx, me, other)
				return err
			})
		return profile, err
	})
}
