package api

import (
	"context"
	"errors"
	"fmt"

	"notewire/store"
)

var (
	errUnmuteNoSuchUser = clientError("No such user.", "NO_SUCH_USER", "b851d00b-8ab1-4a56-8b1b-e24187cb48ef")
	errUnmuteYourself   = clientError("Mutee is yourself.", "MUTEE_IS_YOURSELF", "f428b029-6b39-4d48-a1d2-cc1ae6dd5cf9")
	errNotMuting        = clientError("You are not muting that user.", "NOT_MUTING", "5467d020-daa9-4553-81e1-135c0c35a96d")
)

// muteDelete ends a mute.
func muteDelete() endpoint {
	return define(meta{
		name: "mute/delete", credential: true, permission: "write:mutes",
		params: userSchema(),
		errors: []*Error{errUnmuteNoSuchUser, errUnmuteYourself, errNotMuting},
	}, func(ctx context.Context, c *Call, p userParams) (nothing, error) {
		return nothing{}, c.withUser(ctx, p.UserID, errUnmuteYourself, errUnmuteNoSuchUser,
			func(ctx context.Context, w *Work, me, other *store.User) error {
				_, err := w.DeleteMute(ctx, me.ID, other.ID)
				if errors.Is(err, store.ErrNotFound) {
					return errNotMuting
				}
				if err != nil {
					return fmt.Errorf("ending a mute: %w", err)
				}
				return w.EmitInternal(ctx, store.InternalUnmute, store.RelationChange{Actor: me.ID, Target: other.ID})
			})
	})
}
